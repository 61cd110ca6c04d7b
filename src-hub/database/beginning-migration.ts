/**
 * What an institution begins with, so that no page and no kiosk ever meets a hub without an organisation or a policy. A
 * database that has them is left as it is. This text has landed and is never changed, whatever becomes of the templates
 * in src-shared/policy.
 */
const documents = ['passport', 'identity-card', 'residence-permit', 'driving-licence']

const rule = (recipientClass: string, deskKind: string) => ({
  recipientClass,
  channel: deskKind === 'post-room' ? 'registered-letter' : deskKind,
  deskKind,
  proofs: deskKind === 'post-room' ? [] : recipientClass === 'external' ? documents : [...documents, 'e-id'],
  needsRequestReference: deskKind === 'porter' || deskKind === 'post-room',
  showSponsor: recipientClass === 'partner' || recipientClass === 'external',
  fourEyes: deskKind === 'post-room',
  prepared: true,
  walkIn: deskKind !== 'porter' && deskKind !== 'post-room',
})

const policy = {
  version: 1,
  rules: [
    ...['student', 'partner', 'external'].flatMap((who) =>
      ['helpdesk', 'student-affairs', 'porter', 'post-room'].map((deskKind) => rule(who, deskKind)),
    ),
    rule('staff', 'hr'),
  ],
  classes: {
    external: { selfService: false, eId: false },
    training: { pickup: false, selfService: false, eId: false },
  },
  verificationSeconds: 300,
  accountOnSlip: 'full',
}

export const beginningMigration = {
  version: 145,
  sql: `
INSERT INTO organisation (name, change_address, self_service_address) VALUES ('{"fi":"","sv":"","en":""}', '', '') ON CONFLICT DO NOTHING;
INSERT INTO policy (record) VALUES ('${JSON.stringify(policy)}') ON CONFLICT DO NOTHING;
-- Personal data of ended pickups goes after 90 days where an institution begins; one that has desks already goes on as it was.
INSERT INTO setting (key, value) SELECT 'retention', '{"personalDataDays":90}' WHERE NOT EXISTS (SELECT 1 FROM desk) ON CONFLICT DO NOTHING;
-- A name for a unit, a desk or a member of staff that outlives this database: a settings file finds them again by it.
ALTER TABLE unit ADD COLUMN key text UNIQUE;
ALTER TABLE desk ADD COLUMN key text UNIQUE;
ALTER TABLE staff ADD COLUMN key text UNIQUE;
`,
} as const
