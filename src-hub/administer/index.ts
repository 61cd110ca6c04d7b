export { listUnits, readOrganisation, saveDesk, saveOrganisation, saveUnit } from './places.ts'
export { policyProblems, previewPolicy, readPolicy, readPolicyVersion, savePolicy } from './policy.ts'
export { addBadge, listStaff, removeBadges, removeStaff, saveStaff } from './staff.ts'
