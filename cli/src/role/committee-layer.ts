import { type CommitteeOptions, createCommitteeDa } from '@parley/da-adapters'
import { compactSignature } from '@parley/da-adapters/committee'
import type { DataAvailability } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Committee } from '@parley/settlement'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { bytesToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type Config, needed } from '../config/config.ts'
import type { Closing } from './closing.ts'
import type { DataDir } from './data-dir.ts'
import { openDataCommittee } from './l2.ts'

interface Deps {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}

/** The committee's layer, for reading, where the configured rollup has a committee. @throws {SettlementError} `DEPLOYMENT_UNKNOWN`, `SETTLEMENT_UNAVAILABLE`. */
export async function openCommitteeReader(
  { config, clock, log, registry }: Deps,
  closing: Closing,
): Promise<DataAvailability | undefined> {
  if (config.l2.url === undefined || config.l2.rollup === undefined) return undefined
  const committee = await openDataCommittee({ config, clock, signal: untilClosed(closing) })
  if (committee === undefined) return undefined
  return createCommitteeDa({ committee, clock, log, registry }, committeeOptions(config, committee))
}

/** As `openCommitteeReader`, for publishing with the key that claims: members take data from who may claim. */
export async function openCommitteePublisher(
  { config, clock, log, registry }: Deps,
  dataDir: DataDir,
  closing: Closing,
): Promise<DataAvailability | undefined> {
  const account = privateKeyToAccount(bytesToHex(needed(config, 'l2.key').reveal()))
  const committee = await openDataCommittee({ config, clock, signal: untilClosed(closing) })
  if (committee === undefined) return undefined
  const writer = {
    sign: async (digest: Uint8Array) => compactSignature(await account.sign({ hash: bytesToHex(digest) })),
    store: await dataDir.texts('committee certificates'),
  }
  return createCommitteeDa({ committee, clock, log, registry, writer }, committeeOptions(config, committee))
}

function untilClosed(closing: Closing): AbortSignal {
  const ending = new AbortController()
  closing.add(async () => ending.abort(new Error('the process ends')))
  return ending.signal
}

/** As long as a claim needs the data that is made within the time for it, and no longer than members may promise. */
function committeeOptions({ da }: Config, { neededSeconds, maxRetentionSeconds }: Committee): CommitteeOptions {
  const retentionSeconds = Math.min(maxRetentionSeconds, neededSeconds + da.committeeClaimSeconds)
  return { retentionSeconds, urls: da.committeeUrls }
}
