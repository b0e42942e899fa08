import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { challengeChunk, depositStake, registerMember, rotateCommittee } from '@parley/client'
import { dataCommitteeAbi } from '@parley/contracts'
import { createCommitteeDa } from '@parley/da-adapters'
import { compactSignature } from '@parley/da-adapters/committee'
import { createDaNode, createDaNodeServer, type DaNode } from '@parley/da-node'
import { rpcTransport } from '@parley/http'
import { contractOf, devPreset } from '@parley/infra'
import type { DataAvailability } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import {
  type ChunkAnswerer,
  type Committee,
  createSettlementMetrics,
  openChunkAnswerer,
  openCommittee,
  ownSenderDefaults,
} from '@parley/settlement'
import { Registry } from 'prom-client'
import { type Address, bytesToHex, createWalletClient, getAddress, hexToBytes, http } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { getBlock, readContract } from 'viem/actions'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ContactsL2, startContactsL2 } from './support/contacts.ts'
import { log } from './support/l2.ts'
import { textStore } from './support/memory-stores.ts'

/** Users: who asks, who owns the stakes, who signs, and whose accounts answer. */
const [asker, owner] = [0, 1] as const
const members = [2, 3, 4, 5] as const
const answerers = [6, 7, 8, 9] as const
const { answerWindow, stake } = devPreset.committee
const { challenge, data, answer, proof } = devPreset.windows
const retentionSeconds = 600
const signal = () => AbortSignal.timeout(340_000)

let l2: ContactsL2
let committee: Address
let reader: Committee
let da: DataAvailability
const nodes: DaNode[] = []
const closing: (() => Promise<unknown>)[] = []

const signerOf = (account: PrivateKeyAccount) => async (digest: Uint8Array) =>
  compactSignature(await account.sign({ hash: bytesToHex(digest) }))
const accountOf = (secret: Uint8Array) => privateKeyToAccount(bytesToHex(secret))

async function until(look: () => Promise<boolean> | boolean): Promise<void> {
  const { aborted } = signal()
  while (!aborted && !(await look())) await systemClock.sleep(20, signal())
}

async function startMember(user: number, answering: number, dir: string): Promise<string> {
  const transport = rpcTransport(l2.chain.url, { timeoutMs: 60_000 })
  const registry = new Registry()
  const chain = (await openCommittee(
    { transport, clock: systemClock },
    { rollup: l2.record.rollup!.rollup, maxBlocksPerPage: 2_000n },
    signal(),
  )) as Committee
  const answerer: ChunkAnswerer = await openChunkAnswerer(
    {
      transport,
      clock: systemClock,
      log,
      metrics: createSettlementMetrics(new Registry()),
      secret: l2.roles.users[answering]!.secret,
      store: textStore(),
    },
    { committee: hexToBytes(committee), sending: { ...ownSenderDefaults.sending, pollMs: 20 } },
    signal(),
  )
  const account = l2.account(user)
  const node = await createDaNode(
    {
      chain,
      answerer,
      key: { address: hexToBytes(account.address), sign: signerOf(account) },
      dir: join(dir, `parts-${user}`),
      index: textStore(),
      clock: systemClock,
      log,
      registry,
    },
    { pollMs: 50, staleMs: 340_000, questionsEveryMs: 50, answerSpreadMs: 3_600_000, minFreeBytes: 0 },
  )
  const server = await createDaNodeServer(
    { node, registry, clock: systemClock, log },
    { host: '127.0.0.1', port: 0, version: 'test' },
  )
  const stopping = new AbortController()
  const running = node.run(stopping.signal)
  nodes.push(node)
  closing.push(async () => {
    stopping.abort()
    await running.catch(() => undefined)
    await server.close()
    await answerer.close()
  })
  return server.url
}

beforeAll(async () => {
  l2 = await startContactsL2(10, ['committee', 'rollup', 'contacts', 'inbox'])
  committee = contractOf(l2.record, 'DataCommittee').address
  const dir = await mkdtemp(join(tmpdir(), 'committee-'))
  closing.push(() => rm(dir, { recursive: true, force: true }))
  for (const [i, user] of members.entries()) {
    const url = await startMember(user, answerers[i]!, dir)
    const member = getAddress(l2.account(user).address)
    await l2.done(registerMember(l2.client(user), { committee, owner: l2.account(owner).address, url }))
    await l2.done(depositStake(l2.client(owner), { committee, member, value: stake }))
  }
  const founder = createWalletClient({ account: accountOf(l2.roles.deployer.secret), transport: http(l2.chain.url) })
  const first = { committee, members: members.map((user) => getAddress(l2.account(user).address)), k: 3 }
  await l2.done(rotateCommittee(founder, first))
  for (const node of nodes) await until(() => node.unreadyBecause() === undefined)
  const transport = rpcTransport(l2.chain.url, { timeoutMs: 60_000 })
  const place = { rollup: l2.record.rollup!.rollup, maxBlocksPerPage: 2_000n }
  reader = (await openCommittee({ transport, clock: systemClock }, place, signal())) as Committee
  const writer = { sign: signerOf(accountOf(l2.roles.batcher.secret)), store: textStore() }
  da = await createCommitteeDa(
    { committee: reader, log, clock: systemClock, registry: new Registry(), writer },
    { retentionSeconds, memberTimeoutMs: 60_000, graceMs: 60_000 },
  )
})
afterAll(async () => {
  await da?.close()
  for (const close of closing.toReversed()) await close()
  await l2?.chain.stop()
})

/** A witness, which is all that members ask of bytes. */
const witness = (seed: number) => Uint8Array.from({ length: 1 + 64 * 40 }, (_, i) => (i === 0 ? 1 : (i * seed) & 255))
const code = async (core: Uint8Array, other: Uint8Array) => {
  const { timestamp } = await getBlock(l2.client(asker))
  const needed = timestamp + BigInt(Math.max(challenge, data + answer) + proof)
  const args = [needed, bytesToHex(core), bytesToHex(other)] as const
  return readContract(l2.client(asker), { address: committee, abi: dataCommitteeAbi, functionName: 'check', args })
}

test('certificates of four DA nodes › are what the contract takes for a claim, and what it takes time for', async () => {
  const [core, other] = await Promise.all([witness(3), witness(5)].map((bytes) => da.submit(bytes, {}, signal())))
  expect(await code(core!.pointer, other!.pointer)).toBe(0)
  expect(await da.status(core!.pointer, signal())).toBe('final')
  expect(await da.retrieve(other!.pointer, signal())).toEqual(witness(5))
  const { time, accepted, epoch, minExpiresAt } = await reader.now(signal())
  expect([accepted, epoch?.k, epoch?.members.length]).toEqual([[1], 3, 4])
  expect(reader.neededSeconds).toBe(Math.max(challenge, data + answer) + proof + answerWindow)
  expect(minExpiresAt - time).toBeGreaterThan(BigInt(reader.neededSeconds))
})

test('a chunk that is asked for on the L2 › is shown by the first signer by itself', async () => {
  const bytes = witness(7)
  const { pointer } = await da.submit(bytes, {}, signal())
  const asking = { committee, pointer: bytesToHex(pointer), index: 2 }
  await l2.done(challengeChunk(l2.client(asker), asking))
  const shown = async () => {
    const { questions } = reader
    const open = await Promise.all(members.map((user) => questions(hexToBytes(l2.account(user).address), signal())))
    return open.flat().length === 0
  }
  await until(shown)
  expect(await shown()).toBe(true)
  const credits = await Promise.all(
    answerers.map((user) =>
      readContract(l2.client(asker), {
        address: committee,
        abi: dataCommitteeAbi,
        functionName: 'creditOf',
        args: [l2.account(user).address],
      }),
    ),
  )
  // One answer is enough, and who gave it is paid.
  expect(credits.filter((credit) => credit > 0n)).toHaveLength(1)
})

test('an account that may not claim › is refused by every member, by its own L2', async () => {
  const store = textStore()
  const stranger = await createCommitteeDa(
    {
      committee: reader,
      log,
      clock: systemClock,
      registry: new Registry(),
      writer: { sign: signerOf(l2.account(asker)), store },
    },
    { retentionSeconds, memberTimeoutMs: 60_000 },
  )
  await expect(stranger.submit(witness(9), {}, signal())).rejects.toMatchObject({ fault: { code: 'DA_REFUSED' } })
  await stranger.close()
})
