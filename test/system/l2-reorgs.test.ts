import { buildWithdraw, withdraw } from '@parley/client'
import { rollupAbi } from '@parley/contracts'
import { BlockHeaderType, type DataPlace, ownerAddress, sameBytes } from '@parley/protocol'
import type { Contester, InQuestion } from '@parley/settlement'
import { claimHash } from '@parley/settlement'
import { bytesToHex, createTestClient, createWalletClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimOf, unclaimed, withBadSignatures } from './support/claim-blocks.ts'
import type { Speaker } from './support/conversations.ts'
import { eventually, untilStatus } from './support/eventually.ts'
import { forever } from './support/l2.ts'
import { type ClaimRemover, contesterOf, fillBond, inQuestion, removerOf } from './support/remove-claim.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import type { Running } from './support/running.ts'
import { until } from './support/until.ts'

/** Nothing becomes final, and no answer is late, unless a test lets time pass. */
const windows = { challenge: 600, data: 600, answer: 200, proof: 5 }
/** What is younger nobody has acted on for good. */
const safeAfterBlocks = 16

let rollup: Rollup
let contester: Contester
/** Asks what the node's account does not. */
let asker: Contester
let node: RunningNode
let batcher: Running<unknown>
let ann: Speaker
beforeAll(async () => {
  rollup = await Rollup.start({ windows, evidencePeriod: 600, upgradeNotice: 3_600 }, safeAfterBlocks)
  ann = await rollup.converse(3)
  contester = await contesterOf(remover())
  asker = await contesterOf({ ...remover(), account: rollup.roles.pricePusher })
  node = await rollup.startNode(undefined, { challengeSpreadMs: 0, challengeBudget: 1n }, { contester })
  batcher = await rollup.startBatcher({}, { answers: true })
}, 360_000)
afterAll(async () => {
  await rollup?.stop()
  await Promise.all([contester?.close(), asker?.close()])
})

const remover = (): ClaimRemover => removerOf(rollup)
const contract = () => ({ address: bytesToHex(rollup.deployment.rollup), abi: rollupAbi }) as const

/** Number of the last claim that stands. */
async function claims(): Promise<bigint> {
  return (await rollup.l2.readContract({ ...contract(), functionName: 'head' })).number
}

/** Takes back L2 block `first` and all after it, when whoever sent what is in it knows that it is confirmed. */
async function takeBack(first: bigint): Promise<void> {
  const head = (): Promise<bigint> => rollup.l2.getBlockNumber({ cacheTime: 0 })
  await until(async () => (await head()) >= first + 2n)
  await rollup.reorganise(Number((await head()) - first) + 1)
}

/** Roots of headers that the sequencer showed, by lineage and number. */
const shown = new Map<string, string>()

/** Waits until all that was said is claimed and verified; no number may have got a second header. */
async function settled(): Promise<bigint> {
  await rollup.say(ann, 2)
  const { number, stateRoot } = await rollup.sealedRoot()
  await untilStatus(
    node.part,
    `block ${number} of the sequencer`,
    (now) =>
      now.block === number && now.state === 'following' && sameBytes(now.stateRoot ?? new Uint8Array(0), stateRoot),
  )
  for (let block = 1n; block <= number; block += 1n) {
    const header = (await eventually(`block ${block}`, () => rollup.client.block(block))).block.header
    const place = `${bytesToHex(header.lineage)} ${block}`
    const root = bytesToHex(BlockHeaderType.hashTreeRoot(header))
    expect(shown.get(place) ?? root, `two headers for ${place}`).toBe(root)
    shown.set(place, root)
  }
  return number
}

interface Money {
  readonly held: bigint
  readonly batcher: bigint
  readonly bondOwner: bigint
  readonly credits: bigint
  readonly burned: bigint
}

/** What the rollup has, and whose it is. */
async function money(): Promise<Money> {
  const { batcher: claimer, bondOwner, verifier, pricePusher } = rollup.roles
  const bondOf = async (account: `0x${string}`): Promise<bigint> =>
    (await rollup.l2.readContract({ ...contract(), functionName: 'bondOf', args: [account] }))[0]
  const creditOf = (account: `0x${string}`): Promise<bigint> =>
    rollup.l2.readContract({ ...contract(), functionName: 'creditOf', args: [account] })
  const [held, ofBatcher, ofOwner, burned, ...credits] = await Promise.all([
    rollup.l2.getBalance({ address: contract().address }),
    bondOf(claimer.address),
    bondOf(bondOwner.address),
    rollup.l2.readContract({ ...contract(), functionName: 'burned' }),
    ...[verifier, pricePusher, claimer].map(({ address }) => creditOf(address)),
  ])
  const sum = credits.reduce((all, each) => all + each, 0n)
  expect(held).toBe(ofBatcher + ofOwner + sum + burned)
  return { held, batcher: ofBatcher, bondOwner: ofOwner, credits: sum, burned }
}

/** As the contract numbers it: 0 is not asked, 1 open, 2 answered. */
async function stateOf({ claim }: InQuestion, { part, block, page }: DataPlace): Promise<number> {
  const args = [claim.number, bytesToHex(claimHash(claim)), { part, block_: block, page }] as const
  const [, , , state] = await rollup.l2.readContract({ ...contract(), functionName: 'challengeOf', args })
  return state
}

/** L2 block of the last event of a kind. */
async function lastBlockOf(
  eventName: 'Claimed' | 'DataChallenged' | 'DataAnswered' | 'Removed' | 'Finalized',
): Promise<bigint> {
  const logs = await rollup.l2.getContractEvents({ ...contract(), eventName, fromBlock: 0n })
  const last = logs.at(-1)
  if (last === undefined) throw new Error(`nothing of ${eventName} was told`)
  return last.blockNumber
}

test('a claim that is taken back is made again from what was published', async () => {
  await settled()
  const before = await money()
  const lost = await claims()
  const first = await lastBlockOf('Claimed')
  await takeBack(first)
  await until(async () => (await claims()) >= lost)
  expect(await lastBlockOf('Claimed')).toBeGreaterThan(first)
  await settled()
  expect(await rollup.published()).toHaveLength(2 * Number(await claims()))
  expect(await money()).toEqual(before)
})

test('a question that is taken back can be asked again, and is answered again; so is one whose answer is taken back', async () => {
  await settled()
  const number = await claims()
  const asked = await inQuestion(remover(), number)
  const list = { part: 0, block: Number(asked.claim.lastHeader.number - asked.parent.lastHeader.number), page: 0 }
  const answered = (): Promise<void> => until(async () => (await stateOf(asked, list)) === 2)
  expect(await asker.challenge(asked, [list], forever)).toMatchObject({ outcome: 'done' })
  await answered()
  await takeBack(await lastBlockOf('DataChallenged'))
  expect(await stateOf(asked, list)).toBe(0)
  expect(await asker.challenge(asked, [list], forever)).toMatchObject({ outcome: 'done' })
  await answered()
  await takeBack(await lastBlockOf('DataAnswered'))
  await answered()
  const [open] = await rollup.l2.readContract({ ...contract(), functionName: 'contestOf', args: [number] })
  expect(open).toBe(0)
  expect((await money()).credits).toBeGreaterThan(0n)
  await settled()
})

test('a removal that is taken back is made again, slashes once, and all go on in the lineage that the L2 has in the end', async () => {
  await settled()
  await batcher.stop()
  const before = await money()
  const reader = await rollup.reader()
  const claimer = await rollup.claimer()
  await rollup.say(ann, 2)
  const lie = await claimOf(rollup, claimer, withBadSignatures(await unclaimed(rollup, claimer)))
  const { number } = await claimer.claim(lie, forever)
  const gone = async (): Promise<Uint8Array> => {
    await until(async () => (await claims()) < number)
    return reader.lineage(forever)
  }
  const first = await gone()
  await takeBack(await lastBlockOf('Removed'))
  const second = await gone()
  expect(second).not.toEqual(first)
  expect(second).not.toEqual(lie.lineage)
  const bond = before.batcher
  const slashed = await money()
  expect(slashed).toMatchObject({ batcher: 0n, bondOwner: before.bondOwner, burned: before.burned + bond / 2n })
  expect(slashed.credits - before.credits).toBe(bond - bond / 2n)
  await claimer.close()
  await fillBond(remover(), ownerAddress(rollup.roles.batcher.secret))
  batcher = await rollup.startBatcher({}, { answers: true })
  await eventually('the sequencer in the new lineage', async () => {
    const status = await rollup.client.status().catch(() => undefined)
    return status?.ready === true && sameBytes(status.lineage, second) ? status : undefined
  })
  await settled()
  const { lastHeader } = await reader.head(forever)
  expect(lastHeader.lineage).toEqual(second)
  expect([...shown.keys()].some((place) => place.startsWith(bytesToHex(first)))).toBe(false)
  // Two of them are the lie's.
  expect(await rollup.published()).toHaveLength(2 * Number(await claims()) + 2)
})

test('a payment that is taken back is made again, once, and so is the finality it stands on', async () => {
  const account = await rollup.client.account(3, 0)
  if (account === undefined) throw new Error('the owner has an account')
  const amount = 7_000n
  const operation = await buildWithdraw(
    rollup.config,
    { shard: 3, account: 0, nonce: account.nonce, amount },
    rollup.owner,
  )
  expect(await rollup.client.submitOperation(operation)).toMatchObject({ accepted: true })
  await settled()
  const claimed = await eventually('the account in a claim', async () => {
    const found = await node.client.account(3, 0, {})
    return found !== undefined && found.grade !== 'node' && found.account.withdrawn === amount ? found : undefined
  })
  await createTestClient({ mode: 'anvil', transport: http(rollup.chain.url) }).increaseTime({
    seconds: windows.challenge,
  })
  const proven = await node.client.untilFinal(claimed, forever)
  const wallet = createWalletClient({
    account: privateKeyToAccount(bytesToHex(rollup.roles.funder.secret)),
    transport: http(rollup.chain.url),
  })
  const recipient = bytesToHex(rollup.owner.address)
  const funds = (): Promise<bigint> => rollup.l2.getBalance({ address: recipient })
  const before = await funds()
  const pay = async (): Promise<bigint> => {
    const place = { rollup: contract().address, inboxAddress: bytesToHex(rollup.deployment.inbox) }
    const hash = await withdraw(wallet, { ...place, shard: 3, index: 0, proven })
    const receipt = await rollup.l2.waitForTransactionReceipt({ hash, pollingInterval: 50 })
    expect(receipt.status).toBe('success')
    return receipt.blockNumber
  }
  await takeBack(await pay())
  expect(await funds()).toBe(before)
  await pay()
  expect(await funds()).toBe(before + amount * 10n ** 6n)
  await takeBack(await lastBlockOf('Finalized'))
  expect(await funds()).toBe(before)
  await until(async () => {
    const args = [proven.claim?.number ?? 0n] as const
    return rollup.l2.readContract({ ...contract(), functionName: 'isFinal', args })
  })
  await pay()
  expect(await funds()).toBe(before + amount * 10n ** 6n)
  await expect(pay()).rejects.toMatchObject({ fault: { code: 'CONTRACT_REFUSED' } })
  await settled()
})
