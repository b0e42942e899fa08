import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHttpArchive } from '@parley/node'
import {
  type Block,
  type ClaimHead,
  type ClaimReceipt,
  type ClaimRequest,
  coreRoot,
  domainSeparator,
  encodeCore,
  encodeWitness,
  headerDigest,
  type SealedBlock,
  signDigestRecoverable,
  skeletonOf,
  witnessRoot,
} from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Speaker } from './support/conversations.ts'
import { untilStatus } from './support/eventually.ts'
import { forever } from './support/l2.ts'
import { rewrite } from './support/published-files.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import type { Running } from './support/running.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let first: RunningNode
let batcher: Running<unknown>
let ann: Speaker
let bob: Speaker
beforeAll(async () => {
  rollup = await Rollup.start()
  ann = await rollup.converse(3)
  bob = await rollup.converse(40)
  first = await rollup.startNode()
  batcher = await rollup.startBatcher()
}, 360_000)
afterAll(() => rollup?.stop())

async function reached(node: RunningNode, differing = 0n): Promise<void> {
  const { number, stateRoot } = await rollup.sealedRoot()
  const status = await untilStatus(
    node.part,
    `block ${number}`,
    (now) => now.block === number && now.state === 'following',
  )
  expect(status.stateRoot).toEqual(new Uint8Array(stateRoot))
  expect(status.rootsCompared - status.rootsEqual).toBe(differing)
  expect(status.rootsCompared).toBeGreaterThan(0n)
}

describe('a stranger’s node', () => {
  test('whole way › what was said is verified from the L2 and the DA layer alone, by a node that starts afterwards too', async () => {
    await rollup.say(ann, 70)
    await rollup.say(bob, 3)
    await reached(first)
    const second = await rollup.startNode(undefined, {}, { lanes: 2 })
    await reached(second)
    await second.stop()
  })

  test('archive › with the layer gone a node that starts afterwards derives everything from another one, past those that lie', async () => {
    const lies: readonly RequestListener[] = [
      (_, response) => response.end(Uint8Array.of(1, 2, 3)),
      (_, response) => response.writeHead(500).end(),
      // Never answers.
      () => undefined,
    ]
    const servers = await Promise.all(lies.map(startServer))
    const urls = [...servers.map(({ url }) => url), first.url]
    const archives = urls.map((url) => createHttpArchive({ url, timeoutMs: 2_000 }, systemClock))
    const nothing = await mkdtemp(join(tmpdir(), 'parley-no-layer-'))
    try {
      const node = await rollup.startNode(undefined, {}, { daDirectory: nothing, archives })
      await reached(node)
      const served = await (await fetch(`${node.url}/metrics`)).text()
      expect(served).toMatch(new RegExp(`source_answers_total\\{source="${first.url}",answer="served"\\} [1-9]`))
      for (const { url } of servers)
        expect(served).toMatch(
          new RegExp(`source_answers_total\\{source="${url}",answer="(undecodable|DA_UNAVAILABLE)"\\}`),
        )
      await node.stop()
    } finally {
      for (const { server } of servers) server.close().closeAllConnections()
      await rm(nothing, { recursive: true })
    }
  }, 360_000)

  test('finality › a client holds a conversation complete against the root of a final claim read from the L2', async () => {
    const { number } = await rollup.sealedRoot()
    await untilStatus(first.part, 'finality', ({ finality }) => (finality.final.block ?? 0n) >= number)
    const { lastHeader } = await (await rollup.reader()).head(forever)
    const complete = await first.client.completeConversation(3, 0, { stateRoot: lastHeader.stateRoot })
    expect(complete).toMatchObject({ grade: 'final', claim: { block: lastHeader.number, final: true } })
    expect(complete?.record).toHaveLength(70)
    const account = await first.client.account(40, 0, { stateRoot: lastHeader.stateRoot })
    expect(account?.account.owner).toEqual(rollup.owner.address)
  })

  test('reorganisation › a claim that the L2 lost is taken back, made again, and verified again', async () => {
    await rollup.say(ann, 5)
    await reached(first)
    const { claim } = (await first.part.status()).finality.claimed
    const { record } = await first.part.reads.claim(claim)
    const head = await rollup.l2.getBlockNumber()
    await rollup.reorganise(Number(head - record.at.blockNumber) + 1)
    await until(async () => {
      const again = await first.part.reads.claim('latest')
      return again.record.claim.number >= claim && again.record.at.blockNumber > head
    })
    await reached(first)
  }, 360_000)

  test('data › a flipped bit on the DA layer is waited for by name, and derived when the right bytes are back', async () => {
    const files = await rollup.published()
    const largest = files.reduce((a, b) => (b.bytes.length > a.bytes.length ? b : a))
    const spoilt = Buffer.from(largest.bytes)
    spoilt[spoilt.length >> 1] = (spoilt[spoilt.length >> 1] as number) ^ 8
    await chmod(largest.path, 0o600)
    await rewrite(largest.path, spoilt)
    const node = await rollup.startNode()
    const status = await untilStatus(node.part, 'the fault', ({ state }) => state === 'waiting')
    expect(status.fault).toMatchObject({ code: 'DATA_UNAVAILABLE', fault: { code: 'DA_CORRUPT' } })
    expect((await fetch(`${node.url}/healthz`)).status).toBe(200)
    await rewrite(largest.path, largest.bytes)
    await reached(node)
    await node.stop()
  })

  test('wrong › a claimed state that is not the one executed halts the node, which goes on when the L2 drops the claim', async () => {
    const store = new MemoryLevel<string, string>()
    const node = await rollup.startNode(store)
    await reached(node)
    await batcher.stop()
    const wrong = await claimWrongly()
    const status = await untilStatus(node.part, 'the refusal', ({ state }) => state === 'wrong')
    expect(status.fault).toMatchObject({ code: 'CLAIM_BLOCK_WRONG', fault: { code: 'STATE_ROOT' } })
    await untilStatus(first.part, 'the refusal by the first node', ({ state }) => state === 'wrong')
    expect((await fetch(`${node.url}/healthz`)).status).toBe(503)
    const served = await node.client.conversation(3, 0)
    expect(served?.stateRoot).toEqual((await node.part.status()).stateRoot)
    expect(served?.grade).not.toBe('node')
    // A sequencer whose header is contradicted by a claim stops, if it looks while the claim is there; with the claim
    // gone it takes up what it stored.
    await expect(rollup.sequencer.failed).rejects.toMatchObject({ fault: { code: 'CLAIM_CONTRADICTS' } })
    const head = await rollup.l2.getBlockNumber()
    await rollup.reorganise(Number(head - wrong.at.blockNumber) + 1)
    await untilStatus(node.part, 'the end of it', ({ state }) => state === 'following')
    await rollup.startSequencer()
    await rollup.claimerStore.clear()
    batcher = await rollup.startBatcher()
    await reached(node, 1n)
    await reached(first, 1n)
  })
})

async function startServer(answer: RequestListener): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

/** Seals one more block and claims it with a state root of another state, as a lying claimer would. */
async function claimWrongly(): Promise<ClaimReceipt> {
  await rollup.say(bob, 1)
  const { number } = await rollup.sealedRoot()
  const settlement = await rollup.claimer()
  try {
    const head = await settlement.head(forever)
    const sealed = []
    for (let block = head.lastHeader.number + 1n; block <= number; block += 1n)
      sealed.push(await rollup.client.block(block))
    return await settlement.claim(await lyingRequest(head, sealed), forever)
  } finally {
    await settlement.close()
  }
}

async function lyingRequest(
  { number, hash }: ClaimHead,
  sealed: readonly (SealedBlock | undefined)[],
): Promise<ClaimRequest> {
  const blocks = sealed.map((each, i) => {
    if (each === undefined) throw new TypeError('a sealed block is missing')
    const { header } = each.block
    const stateRoot = i === sealed.length - 1 ? header.stateRoot.map((byte) => byte ^ 1) : header.stateRoot
    return { ...each.block, header: { ...header, stateRoot } }
  })
  const witness = sealed.map((each) => each?.witness ?? [])
  const lastHeader = (blocks.at(-1) as Block).header
  const digest = headerDigest(domainSeparator(rollup.config.chainId, rollup.config.inbox), lastHeader)
  const publish = async (bytes: Uint8Array) => ({
    layer: rollup.da.layer,
    pointer: (await rollup.da.submit(bytes, {}, forever)).pointer,
  })
  return {
    number: number + 1n,
    parent: hash,
    lineage: lastHeader.lineage,
    coreRoot: coreRoot(blocks),
    witnessRoot: witnessRoot(witness),
    lastHeader,
    core: await publish(encodeCore(blocks.map(skeletonOf))),
    witness: await publish(encodeWitness(witness)),
    signature: signDigestRecoverable(rollup.roles.sequencer.secret, digest),
  }
}
