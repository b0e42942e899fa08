import type { ComplianceCase } from './case.ts'
import { daAnswerCases } from './data-availability-answers.ts'
import { daCostCases } from './data-availability-costs.ts'
import { daEndingCases } from './data-availability-ending.ts'
import type { DaHarness, DaTraits } from './data-availability-harness.ts'
import { daInterruptionCases } from './data-availability-interruption.ts'
import { daLastingCases } from './data-availability-lasting.ts'
import { daPublishingCases } from './data-availability-publishing.ts'
import { daRetrievalCases } from './data-availability-retrieval.ts'

export type { BadAnswer, DaHarness, DaTraits } from './data-availability-harness.ts'

/**
 * The suite that every `DataAvailability` passes. The cases run one after another on one harness; each opens and closes
 * the adapter itself and publishes bytes of its own.
 * @param lease - Gives the harness, made before the first case runs.
 */
export function daCompliance(lease: () => DaHarness, traits: DaTraits): readonly ComplianceCase[] {
  return [
    ...daPublishingCases(lease, traits),
    ...daCostCases(lease, traits),
    ...daRetrievalCases(lease, traits),
    ...daAnswerCases(lease, traits),
    ...daInterruptionCases(lease, traits),
    ...daEndingCases(lease, traits),
    // Last: time that has passed does not come back.
    ...daLastingCases(lease, traits),
  ]
}
