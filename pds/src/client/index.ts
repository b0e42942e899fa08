export { PdsError, type PdsFault, pdsFaults } from '../faults.ts'
export type { PdsDevice } from '../forms/authorization.ts'
export { applies, type Facts, judge, type Rule, type RuleKind } from '../forms/rules.ts'
export { decodeScope, encodeScope, type Scope, type ScopeConversation, type ScopeKind } from '../forms/scope.ts'
export type { Signed } from '../forms/signing.ts'
export type {
  StatedConversation,
  StatedEntry,
  StatedHidden,
  StatedInvite,
  Statement,
  StatementKind,
} from '../forms/statements.ts'
export { type AuditDeps, type AuditOptions, type AuditReport, auditPds } from './audit.ts'
export { type CheckDeps, checkEvidence, type Verdict } from './check-evidence.ts'
export { type ContradictionKind, decodeEvidence, type Evidence, encodeEvidence } from './evidence.ts'
export { type AuditMemory, decodeAuditMemory, encodeAuditMemory, newAuditMemory } from './memory.ts'
export { type PdsAbout, PdsClient, type PdsClientOptions, type Said } from './pds-client.ts'
