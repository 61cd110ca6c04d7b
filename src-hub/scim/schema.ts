/** What the SCIM service says of itself (RFC 7643, 5 to 7; RFC 7644, 4). */
import { RecipientClass } from '../../src-shared/domain/index.ts'
import { scimExtension, scimUser } from '../../src-shared/hub-api/scim.ts'

const attribute = (name: string, description: string, more: object = {}) => ({
  name,
  type: 'string',
  multiValued: false,
  description,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...more,
})
/** Written and never told: what proves somebody's identity. */
const secret = { mutability: 'writeOnly', returned: 'never' }
const named = [
  attribute('familyName', 'Family name; of somebody with one name, that name'),
  attribute('givenName', 'Given names'),
]

const schemaName = 'urn:ietf:params:scim:schemas:core:2.0:Schema'
const located = (base: string, kind: string, id: string) => ({
  meta: { resourceType: kind, location: `${base}/${kind}s/${id}` },
})

export const schemasOf = (base: string) => [
  {
    schemas: [schemaName],
    id: scimUser,
    name: 'User',
    description: 'An account and its person',
    attributes: [
      attribute('userName', 'The account', { required: true, uniqueness: 'server' }),
      attribute('name', 'The name on documents of identity', {
        type: 'complex',
        required: true,
        subAttributes: [...named, attribute('formatted', 'Both', { mutability: 'readOnly' })],
      }),
      attribute('displayName', 'Both names', { mutability: 'readOnly' }),
      attribute('preferredLanguage', 'fi, sv or en; others are served in English'),
      attribute('active', 'Whether the account has not ended', { type: 'boolean' }),
    ],
    ...located(base, 'Schema', scimUser),
  },
  {
    schemas: [schemaName],
    id: scimExtension,
    name: 'LodgeUser',
    description: 'What a desk needs to know to hand something over',
    attributes: [
      attribute('class', 'Which rules hold', { required: true, canonicalValues: RecipientClass.options }),
      attribute('birthDate', 'YYYY-MM-DD, or YYYY-MM or YYYY where the rest is unknown', secret),
      attribute('identityCode', 'National identity code; kept as a keyed hash', secret),
      attribute('cards', 'Ids of all cards, in hexadecimal', { ...secret, multiValued: true }),
      attribute('sponsor', 'Contact person'),
      attribute('accountEnd', 'Last day of the account, YYYY-MM-DD'),
      attribute('formerNames', 'Names on older documents', {
        type: 'complex',
        multiValued: true,
        subAttributes: named,
      }),
    ],
    ...located(base, 'Schema', scimExtension),
  },
]

export const resourceTypesOf = (base: string) => [
  {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'An account and its person',
    schema: scimUser,
    schemaExtensions: [{ schema: scimExtension, required: true }],
    ...located(base, 'ResourceType', 'User'),
  },
]

/** Users in one answer at most. */
export const mostResults = 200

export const serviceProviderConfigOf = (base: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: mostResults },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'API token',
      description: 'A token of the role people, made in the console',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
})
