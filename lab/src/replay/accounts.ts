import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readKeyFile, writeKeyFile } from '@parley/cli'
import { Closing, DataDir } from '@parley/cli/roles'
import { type OpenedAccount, openAccounts } from '@parley/infra'
import { type ChainConfig, limits, ownerAddress } from '@parley/protocol'
import { makeDirectory } from '@parley/runtime/files'
import { createSenderMetrics } from '@parley/transactions'
import { Registry } from 'prom-client'
import { toHex } from 'viem'
import { needed } from '../config/settings.ts'
import type { Context } from '../context.ts'

/**
 * What the keys of a replay follow from: the seed asked for, or random bytes that are kept, so that what was paid into its
 * accounts is not lost with the process.
 */
export async function replaySeed({ load }: Context['config'], dataDir: string): Promise<string> {
  if (load.seed !== undefined) return `seed ${load.seed}`
  await makeDirectory(dataDir, 0o700)
  const path = join(dataDir, 'seed.key')
  if (!existsSync(path)) writeKeyFile(path, randomBytes(32))
  return toHex(readKeyFile(path))
}

/** Opens an account of `owner` in every shard by deposits that PARLEY_L2_KEY pays; those that stand are taken as they are. */
export async function openOwnAccounts(
  { config, clock, log, signal }: Context,
  dataDir: string,
  chain: ChainConfig,
  owner: Uint8Array,
): Promise<readonly OpenedAccount[]> {
  const closing = new Closing()
  try {
    return await openAccounts(
      {
        clock,
        log: log.child({}, { level: 'warn' }),
        metrics: createSenderMetrics(new Registry()),
        store: await new DataDir({ path: dataDir, deployment: toHex(chain.inbox) }, closing).texts(
          'deposit transactions',
        ),
      },
      {
        url: needed(config, 'l2.url'),
        deployment: { inbox: chain.inbox },
        funder: needed(config, 'l2.key').reveal(),
        owners: [ownerAddress(owner)],
        shards: Array.from({ length: limits.shards }, (_, shard) => shard),
        amount: config.load.depositMwei,
      },
      signal,
    )
  } finally {
    await closing.close()
  }
}
