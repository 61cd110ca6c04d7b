export { errorBody, ScimRefusal } from './errors.ts'
export { selected, type UserResource } from './resource.ts'
export { resourceTypesOf, schemasOf, serviceProviderConfigOf } from './schema.ts'
export { createUser, deleteUser, getUser, listUsers, patchUser, replaceUser, type ScimCall } from './users.ts'
