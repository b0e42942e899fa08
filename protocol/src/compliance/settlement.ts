import type { ComplianceCase } from './case.ts'
import { claimChecks } from './settlement-claims.ts'
import { followingChecks } from './settlement-following.ts'
import { type SettlementHarness, settlementCases } from './settlement-harness.ts'

export { complianceSequencer, type SettlementHarness } from './settlement-harness.ts'

/**
 * The suite that every `Settlement` passes.
 * @param lease - Gives a fresh harness for each case; the case disposes of it.
 */
export function settlementCompliance(lease: () => Promise<SettlementHarness>): readonly ComplianceCase[] {
  return settlementCases(lease, { ...claimChecks, ...followingChecks })
}
