/** Names of the SCIM 2.0 service (RFC 7643, RFC 7644). */

/** Before the source's id, `/Users` and the rest behind it. */
export const scimPath = '/scim/v2'
export const scimType = 'application/scim+json'
export const scimUser = 'urn:ietf:params:scim:schemas:core:2.0:User'
/** What a desk needs to know of a person beside the core schema. */
export const scimExtension = 'urn:lodge:params:scim:schemas:extension:2.0:User'
export const scimMessages = {
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  search: 'urn:ietf:params:scim:api:messages:2.0:SearchRequest',
} as const
