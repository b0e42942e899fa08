import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Closing, DataDir } from '@parley/cli/roles'
import { createEthereumBlobsDa } from '@parley/da-adapters'
import type { TakenTransaction } from '@parley/da-adapters/testing'
import { Registry } from 'prom-client'
import { bytesToHex, type Hex, hexToNumber } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { rpcOf } from '../stage/front.ts'
import { l1Head, type MinedTransaction, minedSince } from '../stage/l1-transactions.ts'
import type { Stage } from '../stage/stage.ts'
import { type DaDrill, unless } from './drill.ts'
import { gwei, pooledOf, strand } from './stranded.ts'

const policy = 'ethereum-blobs:celestia'

const signerOf = ({ roles }: Stage) => privateKeyToAccount(bytesToHex(roles.batcher.secret))

/** Does something in the batcher's account while the batcher stands still and nothing of it is on its way. */
async function inItsPlace<T>(stage: Stage, use: () => Promise<T>): Promise<T> {
  const { pid } = stage.stack.roles.get('batcher')
  process.kill(pid, 'SIGSTOP')
  try {
    await stage.wait('the batcher’s pool to be empty', async () =>
      (await pooledOf(stage)).length === 0 ? true : undefined,
    )
    return await use()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

/** Waits until the L1 has used up a nonce, and says by what. */
function usedUp(stage: Stage, nonce: number, from: number): Promise<MinedTransaction> {
  return stage.wait(`nonce ${nonce} to be used up`, async () =>
    (await minedSince(stage, from)).find((one) => one.nonce === nonce),
  )
}

/** Waits until parts are in a block again behind a nonce. */
function partsBehind(stage: Stage, nonce: number, from: number): Promise<MinedTransaction> {
  return stage.wait('parts in the L1 again', async () =>
    (await minedSince(stage, from)).find((one) => one.nonce > nonce && one.carries === 'parts'),
  )
}

/** A plain transfer of the account that no block takes: it offers one wei. */
async function sendPlain(stage: Stage): Promise<{ readonly nonce: number; readonly hash: Hex }> {
  const { roles, fronts, l1 } = stage
  const account = signerOf(stage)
  const nonce = hexToNumber(await l1<Hex>('eth_getTransactionCount', roles.batcher.address, 'latest'))
  const chainId = hexToNumber(await l1<Hex>('eth_chainId'))
  const fees = { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n }
  const plain = { type: 'eip1559', chainId, nonce, to: account.address, gas: 21_000n, ...fees } as const
  const raw = await account.signTransaction(plain)
  return { nonce, hash: await rpcOf(fronts.pool.url)<Hex>('eth_sendRawTransaction', raw) }
}

const stuckNonce: DaDrill = {
  name: 'stuck-nonce',
  byDefault: true,
  policy,
  fault: 'a foreign plain transaction of the account, too cheap for any block, is at its next nonce',
  expected: 'it is displaced by a plain one that does nothing, and parts follow behind',
  async play(stage) {
    const { pool } = stage.fronts
    const from = await l1Head(stage)
    const refused = pool.refusals.length
    const foreign = await inItsPlace(stage, () => sendPlain(stage))
    const used = await usedUp(stage, foreign.nonce, from)
    await partsBehind(stage, foreign.nonce, from)
    const reserved = pool.refusals.slice(refused).filter((words) => words === 'address already reserved')
    return {
      hits: used.hash === foreign.hash ? 0 : 1,
      detail: `nonce ${foreign.nonce} used up by a transaction with ${used.carries}, ${reserved.length} refused meanwhile`,
      failures: unless(used.carries === 'no blobs', `nonce ${foreign.nonce} was used up by one with ${used.carries}`),
    }
  },
}

/** Somebody else with the account's key and a store of their own publishes bytes that no batch has, and is gone. */
async function sendBlobs(stage: Stage): Promise<TakenTransaction> {
  const { stack, fronts, clock, dataDir, wait } = stage
  const closing = new Closing()
  try {
    const directory = new DataDir({ path: join(dataDir, 'foreign'), deployment: stack.places.rollup }, closing)
    const writer = { account: signerOf(stage), store: await directory.texts('blob publications') }
    const deps = { log: stage.log, clock, registry: new Registry(), writer }
    const options = { rpcUrls: [fronts.pool.url], beaconUrls: [stack.places.l1Url], slots: 'block-number' } as const
    const da = await createEthereumBlobsDa(deps, options)
    closing.add(() => da.close())
    return await wait('blobs of somebody else that wait in the pool', async () => {
      const given = da.submit(randomBytes(64), {}, stage.signal)
      // It is left alone as soon as the pool has it.
      given.catch(() => undefined)
      await wait('blobs of somebody else in the pool', async () =>
        (await pooledOf(stage)).length > 0 ? true : undefined,
      )
      await fronts.pool.setBlobBaseFee(10n * gwei)
      const [stuck] = await pooledOf(stage)
      if (stuck === undefined) await fronts.pool.reset()
      return stuck
    })
  } finally {
    await closing.close()
  }
}

const alreadyReserved: DaDrill = {
  name: 'already-reserved',
  byDefault: true,
  policy,
  fault: 'foreign blobs of the account, too cheap for any block, are at its next nonce',
  expected:
    'they are displaced by a transaction with blobs, the only kind that the pool takes then, and parts follow behind',
  async play(stage) {
    const from = await l1Head(stage)
    const foreign = await inItsPlace(stage, () => sendBlobs(stage))
    const used = await usedUp(stage, foreign.nonce, from)
    await partsBehind(stage, foreign.nonce, from)
    return {
      hits: used.hash === foreign.hash ? 0 : 1,
      detail: `nonce ${foreign.nonce} used up by a transaction with ${used.carries}`,
      failures: unless(used.carries !== 'no blobs', `nonce ${foreign.nonce} was used up by one without blobs`),
    }
  },
}

const poolDropped: DaDrill = {
  name: 'pool-dropped',
  byDefault: true,
  policy,
  fault: 'the L1 node forgets its pool while transactions wait',
  expected: 'the same transactions are sent again, no others',
  async play(stage) {
    const { pool } = stage.fronts
    const from = await l1Head(stage)
    const waiting = await strand(stage, 10n * gwei)
    const sent = pool.taken.length
    const hits = await pool.drop()
    await pool.reset()
    const again = await stage.wait('what was lost to be sent again', () => {
      const since = new Set(pool.taken.slice(sent).map(({ hash }) => hash))
      return waiting.every(({ hash }) => since.has(hash)) ? waiting.length : undefined
    })
    const used = await Promise.all(waiting.map(({ nonce }) => usedUp(stage, nonce, from)))
    const others = used.filter(({ hash }) => waiting.every((one) => one.hash !== hash))
    return {
      hits,
      detail: `${hits} transactions dropped, ${again} of the same sent again`,
      failures: unless(others.length === 0, `${others.length} others were mined in their place`),
    }
  },
}

export const nonceDrills: readonly DaDrill[] = [stuckNonce, alreadyReserved, poolDropped]
