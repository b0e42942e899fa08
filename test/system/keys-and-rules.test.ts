import { hash } from 'node:crypto'
import { rollupAbi } from '@parley/contracts'
import {
  type BlockHeader,
  BlockHeaderType,
  domainSeparator,
  headerDigest,
  ownerAddress,
  sameBytes,
  signDigestRecoverable,
} from '@parley/protocol'
import { type Contester, claimFromAbi } from '@parley/settlement'
import { type Address, bytesToHex, createWalletClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { batchOf, claimOf, type ToldBatch, unclaimed, withBadSignatures } from './support/claim-blocks.ts'
import { eventually, untilStatus } from './support/eventually.ts'
import { forever } from './support/l2.ts'
import { contesterOf, fillBond } from './support/remove-claim.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import { Talk } from './support/talk.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let talk: Talk
let contester: Contester | undefined
/** The shortest notices that windows of seconds allow. */
const shortest = {
  forceDelayMs: 4_000n,
  contest: { minDeposit: 1n, answerShare: 50, silenceLimit: 5, notice: 1, rescueBond: 1n },
  upgradeNotice: 20,
}
beforeAll(async () => {
  rollup = await Rollup.start(shortest)
  talk = new Talk(rollup, await rollup.converse(3))
}, 360_000)
afterAll(async () => {
  await talk?.stop()
  await rollup?.stop()
  await contester?.close()
})

const nextKey = { secret: new Uint8Array(hash('sha256', 'the next key', 'buffer')) }
const contract = () => ({ address: bytesToHex(rollup.deployment.rollup), abi: rollupAbi, chain: null }) as const
const walletOf = ({ secret }: { readonly secret: Uint8Array }) =>
  createWalletClient({ account: privateKeyToAccount(bytesToHex(secret)), transport: http(rollup.chain.url) })

async function mined(sent: Promise<`0x${string}`>): Promise<void> {
  const { status } = await rollup.l2.waitForTransactionReceipt({ hash: await sent, pollingInterval: 50 })
  expect(status).toBe('success')
}

/** Number of the last block sealed. */
async function sealedHead(): Promise<bigint> {
  return (await eventually('a sealed block', () => rollup.client.block('latest'))).block.header.number
}

/** Blocks of each claim that was ever made, as the first and the last. */
async function claimed(): Promise<{ first: bigint; last: BlockHeader; stands: boolean }[]> {
  const told = { ...contract(), fromBlock: 0n, strict: true } as const
  const logs = await rollup.l2.getContractEvents({ ...told, eventName: 'Claimed' })
  const head = await (await rollup.reader()).head(forever)
  return logs.map(({ args }, i) => {
    const { number, lastHeader } = claimFromAbi(args.claim)
    const before = logs.slice(0, i).findLast((log) => log.args.number === number - 1n)
    const stands = number <= head.number && logs.findLastIndex((log) => log.args.number === number) === i
    return { first: (before?.args.claim.lastHeader.number ?? 0n) + 1n, last: lastHeader, stands }
  })
}

/** What the contract refuses a claim for. */
async function refusalOf(batch: ToldBatch): Promise<unknown> {
  const claimer = await rollup.claimer()
  try {
    return await claimer.claim(await claimOf(rollup, claimer, batch), forever).then(
      () => 'nothing',
      (error: unknown) => error,
    )
  } finally {
    await claimer.close()
  }
}

const refusedFor = (reason: string) => ({
  fault: { code: 'CLAIM_REFUSED', reason: expect.stringContaining(reason) },
})

function signedBy({ secret }: { readonly secret: Uint8Array }, header: BlockHeader): Uint8Array {
  const { chainId, inbox } = rollup.config
  return signDigestRecoverable(secret, headerDigest(domainSeparator(chainId, inbox), header))
}

/** Waits until a node has verified what the sequencer sealed beyond `block`, root by root. */
async function verified(node: RunningNode, block: bigint): Promise<void> {
  await untilStatus(node.part, `blocks beyond ${block}`, ({ block: at, state }) => at > block && state === 'following')
  const { block: at, stateRoot } = await node.part.status()
  const sealed = await rollup.client.block(at)
  expect(sealed?.block.header.stateRoot).toEqual(stateRoot)
}

test('keys › under load a key follows another at its block, and no claim crosses it', async () => {
  const { bondOwner, pricePusher, sequencer } = rollup.roles
  const batcher = await rollup.startBatcher()
  const node = await rollup.startNode()
  const key = bytesToHex(ownerAddress(nextKey.secret))
  await mined(walletOf(bondOwner).writeContract({ ...contract(), functionName: 'answerFor', args: [key] }))
  const { keyNotice } = await rollup.l2.readContract({ ...contract(), functionName: 'parameters' })
  const from = (await sealedHead()) + keyNotice + 2n
  const entry = { from, key, receiptKey: key, bondOwner: bondOwner.address as Address }
  await mined(walletOf(pricePusher).writeContract({ ...contract(), functionName: 'announceSequencer', args: [entry] }))

  // A few blocks before it nobody claims any more, so that some are left for a claim that crosses.
  await until(async () => (await sealedHead()) + 6n >= from)
  await batcher.stop()
  const last = await eventually('the last block of the key', () => rollup.client.block(from - 1n))
  await until(async () => (await (await fetch(`${rollup.sequencer.url}/readyz`)).text()).includes('another key'))
  expect(await sealedHead()).toBe(from - 1n)
  const reader = await rollup.reader()
  expect((await reader.head(forever)).lastHeader.number).toBeLessThan(from - 1n)
  const parent = BlockHeaderType.hashTreeRoot(last.block.header)
  const crossing = { ...last.block.header, number: from, parent, timestamp: last.block.header.timestamp + 250n }
  for (const signer of [nextKey, sequencer]) {
    const batch = { blocks: [last], lastHeader: crossing, signature: signedBy(signer, crossing) }
    expect(await refusalOf(batch)).toMatchObject(refusedFor('Rollup_KeyChanges'))
  }
  await expect(rollup.startSequencer(nextKey)).rejects.toMatchObject({ fault: { code: 'SIGNER_MISMATCH' } })

  await rollup.startSequencer(sequencer)
  const ended = rollup.sequencer.failed.catch((error: unknown) => error)
  const second = await rollup.startBatcher()
  expect(await ended).toMatchObject({ fault: { code: 'KEY_ENDED', block: from } })
  await second.stop()
  await rollup.startSequencer(nextKey)
  const third = await rollup.startBatcher()
  await verified(node, from + 2n)
  await third.stop()
  await node.stop()
  const claims = await claimed()
  expect(claims.filter(({ first, last: { number } }) => first < from && number >= from)).toEqual([])
  expect(claims.some(({ last: { number } }) => number === from - 1n)).toBe(true)
  const block = await eventually('a block of the next key', () => rollup.client.block(from))
  expect(block.signature).toEqual(signedBy(nextKey, block.block.header))
})

test('rules › under load a version follows another, no claim crosses it, and an old claim is still proven wrong by its own verifiers', async () => {
  const { deployer, verifier } = rollup.roles
  const place = { url: rollup.chain.url, rollup: rollup.deployment.rollup, account: verifier, filler: deployer }
  const [version] = await Promise.all([
    rollup.l2.readContract({ ...contract(), functionName: 'versions' }).then((all) => all.at(-1)),
  ])
  if (version === undefined) throw new Error('a deployment has rules')
  // The next version's verifiers show nothing: only those of the old one can.
  const inbox = bytesToHex(rollup.deployment.inbox)
  const mute = Object.fromEntries(Object.keys(version.rules.verifiers).map((name) => [name, inbox]))
  const { timestamp } = await rollup.l2.getBlock()
  const from = (timestamp + 22n) * 1000n
  const rules = { ...version.rules, verifiers: { ...version.rules.verifiers, ...mute } }
  const announce = { ...contract(), functionName: 'announceRules', args: [from, rules] } as const
  await mined(walletOf(deployer).writeContract(announce))

  const batcher = await rollup.startBatcher()
  const reader = await rollup.reader()
  await until(async () => (await reader.head(forever)).lastHeader.timestamp + 6_000n >= from)
  await batcher.stop()
  const claimer = await rollup.claimer()
  const lie = await claimOf(rollup, claimer, withBadSignatures(await unclaimed(rollup, claimer)))
  expect(lie.lastHeader.timestamp).toBeLessThan(from)
  const wrong = await claimer.claim(lie, forever)
  const { lineage } = lie
  await claimer.close()

  const crossing = await eventually('a block under the next version', async () => {
    const head = await reader.head(forever)
    const count = Number((await sealedHead()) - head.lastHeader.number)
    const blocks = await unclaimed(rollup, { ...claimer, head: async () => head }, count)
    return blocks.at(-1)!.block.header.timestamp >= from ? blocks : undefined
  })
  expect(crossing.length).toBeGreaterThan(1)
  expect(await refusalOf(batchOf(crossing))).toMatchObject(refusedFor('Rollup_RulesChange'))

  contester = await contesterOf(place)
  const challenging = { challengeSpreadMs: 0, challengeBudget: 1n }
  const node = await rollup.startNode(undefined, challenging, { contester })
  await until(async () => !sameBytes(await reader.lineage(forever), lineage))
  expect((await reader.head(forever)).number).toBeLessThan(wrong.number)
  await fillBond(place, ownerAddress(rollup.roles.batcher.secret))
  const second = await rollup.startBatcher()
  await verified(node, crossing.at(-1)!.block.header.number)
  const standing = (await claimed()).filter(({ stands }) => stands)
  const first = standing.find(({ last }) => last.timestamp >= from)
  expect(first?.first).toBe(first?.last.number)
  await second.stop()
})
