export { isPeopleToken, createToken, listTokens, revokeToken, tokenAgent } from './api-tokens.ts'
