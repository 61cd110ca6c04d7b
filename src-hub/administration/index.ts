export { listUnits, readOrganisation, saveDesk, saveOrganisation, saveUnit } from './places.ts'
export { policyProblems, previewPolicy, readPolicy, readPolicyVersion, savePolicy, savePolicyIn } from './policy.ts'
export { addBadge, listStaff, removeBadges, removeStaff, saveStaff } from './staff.ts'
export { note, tellDesks } from './tell.ts'
