/** Version 155: names are found by more of the spellings that documents bear (search-letters.ts). */
import { searchFunctions } from '../../src-shared/protocol/search-text.ts'

export const spellingsMigration = `
${searchFunctions()}
UPDATE recipient SET search = lodge_recipient_search(id, family, given, former_names)
  WHERE normalize(concat_ws(' ', family, given, former_names::text,
    (SELECT string_agg(a.account, ' ') FROM account a WHERE a.recipient = recipient.id)), NFC) ~ '[åÅđĐəƏ]';
UPDATE pickup_search s SET search = array_to_tsvector(lodge_words(concat_ws(' ', lodge_person(r.family, r.given, r.former_names), p.account, p.request_reference)))
  FROM pickup p JOIN recipient r ON r.id = p.recipient WHERE p.id = s.pickup
    AND normalize(concat_ws(' ', r.family, r.given, r.former_names::text, p.account, p.request_reference), NFC) ~ '[åÅđĐəƏ]';
`
