import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Contracts that are deployed, as files of `src` without their ending: the others use their ABI and bytecode. */
export const deployed = [
  'Inbox',
  'Rollup',
  'RollupContests',
  'committee/DataCommittee',
  'contacts/ContactDirectory',
  'contacts/SignatureVerifier',
  'economics/BulkPricing',
  'economics/Reputation',
  'economics/StakeVault',
  'economics/SybilLists',
  'economics/Treasury',
  'fraud/MalformedProof',
  'fraud/MessageProof',
  'fraud/OperationProof',
  'fraud/Pages',
  'fraud/SignatureProof',
  'fraud/StateRootProof',
  'governance/ParleyGovernor',
  'governance/ParleyTimelock',
  'governance/ParleyVotes',
  'governance/RollupOperator',
  'invites/AllowListGate',
  'invites/AttestationGate',
  'invites/CompositeGate',
  'invites/DemandGate',
  'invites/FlatFeeGate',
  'invites/PublicInbox',
  'invites/SybilListGate',
] as const

/** Contracts that answer at another's address what it does not answer itself: callers see one contract. */
export const halves: Readonly<Record<string, string>> = { Rollup: 'RollupContests' }

/** Contracts that TypeScript suites deploy too, as files of `test/support`. */
export const forTests = ['RecordedQueue'] as const

/** Contracts that benchmarks measure against, as files of `bench`. */
export const benchmarked = ['MessageLog'] as const

/** Folder of this package. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** `contacts/ContactDirectory` is contract `ContactDirectory`. */
export function contractOf(source: string): string {
  return source.slice(source.lastIndexOf('/') + 1)
}

/** What forge made of a contract. */
export function readArtifact(contract: string): unknown {
  return JSON.parse(readFileSync(join(root, 'out', `${contract}.sol`, `${contract}.json`), 'utf8'))
}

/** Text of a committed file; `undefined` when there is none. */
export function readCommitted(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
