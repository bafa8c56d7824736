-- The stages and loss reasons that every installation starts with; each team edits its own from here.

insert into stage (position, kind, win_probability, stale_days, name, meaning) values
(1, 'open', 5, 7, '{"en": "Open", "tr": "Açık"}',
    '{"en": "An enquiry that nobody has answered yet", "tr": "Henüz yanıtlanmamış bir başvuru"}'),
(2, 'contacted', 15, 14, '{"en": "Contacted", "tr": "Görüşüldü"}',
    '{"en": "We spoke and understood the need", "tr": "Görüştük ve ihtiyacı anladık"}'),
(3, 'nurturing', 25, 30, '{"en": "Nurturing", "tr": "Isındırma"}',
    '{"en": "Interested, still being informed", "tr": "İlgili, bilgilendirme sürüyor"}'),
(4, 'qualified', 50, 14, '{"en": "Qualified", "tr": "Nitelikli"}',
    '{"en": "Need, budget and time are right: ready to buy", "tr": "İhtiyaç, bütçe ve zaman uygun: satın almaya hazır"}'),
(5, 'negotiation', 70, 10, '{"en": "Negotiation", "tr": "Pazarlık"}',
    '{"en": "Offers and discounts are on the table", "tr": "Teklif ve indirim konuşuluyor"}'),
(6, 'customer', 100, null, '{"en": "Customer", "tr": "Müşteri"}',
    '{"en": "Won", "tr": "Kazanıldı"}'),
(7, 'inactive', null, null, '{"en": "Inactive", "tr": "Pasif"}',
    '{"en": "Was a customer, now dormant", "tr": "Eskiden müşteriydi, şimdi durgun"}'),
(8, 'unqualified', null, null, '{"en": "Unqualified", "tr": "Uygun değil"}',
    '{"en": "Their needs do not match what we offer", "tr": "İhtiyaçları sunduğumuzla örtüşmüyor"}');

insert into loss_reason
    (outcome, position, code, excuse, informs, non_target, attempts_needed, channels_needed, offers_recontact, name, evidence)
values
('lost', 1, 'price_too_high', false, 'price_policy', false, 0, 0, false,
    '{"en": "Price too high", "tr": "Fiyat yüksek"}', '[]'),
('lost', 2, 'competitor_preferred', false, 'competition', false, 0, 0, false,
    '{"en": "Competitor preferred", "tr": "Rakip tercih edildi"}', '[]'),
('lost', 3, 'timing_not_suitable', false, 'process', false, 0, 0, true,
    '{"en": "Timing not suitable", "tr": "Zamanlama uygun değil"}', '[]'),
('lost', 4, 'contact_lost', true, 'communication', false, 3, 2, false,
    '{"en": "Contact lost", "tr": "İletişim koptu"}', '[]'),
('lost', 5, 'trust', false, 'communication', false, 0, 0, false,
    '{"en": "Trust", "tr": "Güven"}', '[]'),
('lost', 6, 'still_thinking', true, 'communication', false, 2, 2, true,
    '{"en": "Still thinking", "tr": "Hâlâ düşünüyor"}', '[]'),
('lost', 7, 'other', false, 'process', false, 0, 0, false,
    '{"en": "Other", "tr": "Diğer"}', '[]'),
('unqualified', 1, 'needs_dont_match', false, 'targeting', true, 0, 0, false,
    '{"en": "Needs don''t match", "tr": "İhtiyaç örtüşmüyor"}', '[]'),
('unqualified', 2, 'unreachable', false, 'targeting', false, 0, 0, false,
    '{"en": "Unreachable", "tr": "Ulaşılamıyor"}', '[]'),
('unqualified', 3, 'closed_down', false, 'targeting', true, 0, 0, false,
    '{"en": "Closed down", "tr": "Kapanmış"}', '[]'),
('unqualified', 4, 'too_small_or_too_big', false, 'targeting', true, 0, 0, false,
    '{"en": "Too small or too big", "tr": "Çok küçük ya da çok büyük"}',
    '[{"key": "turnover", "kind": "amount", "label": {"en": "Estimated yearly turnover", "tr": "Tahmini yıllık ciro"}},
      {"key": "basis", "kind": "text", "label": {"en": "What the estimate rests on", "tr": "Tahminin dayanağı"}}]'),
('unqualified', 5, 'tied_supplier', true, 'competition', false, 3, 2, false,
    '{"en": "Tied supplier", "tr": "Bağlı tedarikçi"}', '[]'),
('unqualified', 6, 'estimate_only', false, 'targeting', true, 0, 0, false,
    '{"en": "Estimate only", "tr": "Yalnızca fiyat sordu"}', '[]'),
('unqualified', 7, 'not_in_our_range', false, 'product', false, 0, 0, false,
    '{"en": "Not in our range", "tr": "Ürün yelpazemizde yok"}',
    '[{"key": "product_asked", "kind": "text", "label": {"en": "Which product they asked for", "tr": "Hangi ürünü istedi"}}]');

-- What only a company can be is offered for companies only; the rest fits every combination.
insert into loss_reason_scope (reason_id, party)
select id, case when code in ('closed_down', 'too_small_or_too_big', 'tied_supplier') then 'company' end from loss_reason;
