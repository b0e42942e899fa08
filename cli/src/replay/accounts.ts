import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type OpenedAccount, openAccounts } from '@parley/infra'
import { type ChainConfig, limits, ownerAddress } from '@parley/protocol'
import { createSenderMetrics } from '@parley/settlement'
import { Registry } from 'prom-client'
import { toHex } from 'viem'
import { needed } from '../config/config.ts'
import { readKeyFile, writeKeyFile } from '../config/key-file.ts'
import type { Context } from '../process/context.ts'
import { Closing } from '../role/closing.ts'
import { openTexts } from '../role/stores.ts'

/**
 * What the keys of a replay follow from: the seed asked for, or random bytes that are kept, so that what was paid into its
 * accounts is not lost with the process.
 */
export async function replaySeed({ load }: Context['config'], dataDir: string): Promise<string> {
  if (load.seed !== undefined) return `seed ${load.seed}`
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
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
        store: await openTexts(dataDir, 'deposits', closing),
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
