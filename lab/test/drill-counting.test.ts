import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StandingClaim } from '@parley/cli/roles'
import { createEthereumBlobsDa, createKzg, type Kzg } from '@parley/da-adapters'
import type { DataAvailability } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { bytesToHex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Anvil, startAnvil } from '../src/devnet/anvil.ts'
import { deriveRoles, devMnemonic, fundedAccounts } from '../src/devnet/roles.ts'
import { CelestiaPosts } from '../src/drill/da/counting/celestia-posts.ts'
import { L1Posts } from '../src/drill/da/counting/l1-posts.ts'
import { duplicatesOf, type Post, partName } from '../src/drill/da/counting/posts.ts'
import type { DaDrill, Played } from '../src/drill/da/drills/drill.ts'
import { playDrill } from '../src/drill/da/play/play.ts'
import type { Stage } from '../src/drill/da/stage/stage.ts'
import { newTally } from '../src/load/session.ts'
import { stage as celestiaStage, patience, silent } from './celestia/support.ts'

const { batcher, verifier } = deriveRoles(devMnemonic, 0)
const accountOf = ({ secret }: { readonly secret: Uint8Array }) => privateKeyToAccount(bytesToHex(secret))

async function startL1(): Promise<Anvil> {
  const options = {
    family: 'ethereum',
    chainId: 900,
    hardfork: 'osaka',
    mining: { kind: 'automine' },
    mnemonic: devMnemonic,
    accounts: fundedAccounts(0),
    safeAfterBlocks: 1,
    gasLimit: 60_000_000n,
    readyWithinMs: 60_000,
  } as const
  const anvil = await startAnvil({ clock: systemClock, log: silent }, options, patience())
  onTestFinished(() => anvil.stop())
  return anvil
}

/** The adapter over a store of its own: it knows nothing of what others published. */
async function openBlobs({ url }: Anvil, kzg: Kzg, account: PrivateKeyAccount): Promise<DataAvailability> {
  const writer = { account, store: new MemoryLevel<string, string>() }
  const deps = { log: silent, clock: systemClock, registry: new Registry(), kzg, writer }
  const options = { rpcUrls: [url], beaconUrls: [url], slots: 'block-number', confirmations: 1, pollMs: 50 } as const
  return createEthereumBlobsDa(deps, options)
}

describe('counting from the chains', () => {
  test('finds a part that was published once more, on the same layer or another, and nothing of others', async () => {
    const anvil = await startL1()
    const kzg = createKzg({ log: silent }, { precompute: false })
    onTestFinished(() => kzg.close())
    const celestia = await celestiaStage()
    const part = Uint8Array.of(4, 5, 6)
    const layers = [
      await openBlobs(anvil, kzg, accountOf(batcher)),
      await openBlobs(anvil, kzg, accountOf(batcher)),
      // Somebody else may publish whatever they like.
      await openBlobs(anvil, kzg, accountOf(verifier)),
      await celestia.open(),
    ]
    for (const layer of layers) {
      await layer.submit(part, {}, patience())
      await layer.close()
    }
    const place = { url: celestia.double.url, chainId: 'parley-double', token: celestia.token }
    const deployment = { chainId: 901n, rollup: new Uint8Array(20).fill(7) }
    const read = async (): Promise<readonly Post[]> => [
      ...(await new L1Posts(anvil.url, batcher.address).read()),
      ...(await new CelestiaPosts(place, deployment).read()),
    ]
    const found = await read()
    const name = partName(part)
    expect(found.map((post) => [post.part, post.layer])).toEqual([
      [name, 'ethereum-blobs'],
      [name, 'ethereum-blobs'],
      [name, 'celestia'],
    ])
    expect(duplicatesOf(found).map(({ layer }) => layer)).toEqual(['ethereum-blobs', 'celestia'])
  })
})

describe('a drill', () => {
  const post = (part: string, place: string): Post => ({ part, layer: 'celestia', place })
  const twice = [post('0x01', 'height 1'), post('0x01', 'height 2')]
  const played: Played = { hits: 1, detail: 'broke something', failures: [] }

  test('whose fault took effect, and after which everything is there once, has not failed', async () => {
    const outcome = await playOn({ accepted: 3, final: 3, posts: [post('0x01', 'height 1')] }, async () => played)
    expect(outcome).toEqual({
      drill: 'planted',
      recovered: true,
      secondsToRecover: expect.any(Number),
      messagesLost: 0,
      duplicatePosts: 0,
      layerUsed: '',
      detail: 'broke something; 3 messages',
    })
  })

  test.each([
    ['an accepted message is in no final block', { accepted: 4 }, played, { messagesLost: 1, recovered: false }],
    ['a part was published again', { posts: twice }, played, { duplicatePosts: 1 }],
    ['fewer copies were included than the drill says', {}, { ...played, injected: 1 }, { duplicatePosts: -1 }],
    ['its fault took no effect', {}, { ...played, hits: 0 }, { failed: 'fault not observed' }],
    ['something was not as it should be', {}, { ...played, failures: ['not so'] }, { failed: 'not so' }],
    ['what it looks at in the end is not right', {}, { ...played, after: async () => ['no'] }, { failed: 'no' }],
  ] as const)('fails when %s', async (_what, planted, told, expected) => {
    const outcome = await playOn({ accepted: 3, final: 3, posts: [], ...planted }, async () => told)
    expect(outcome.failed).toBeTypeOf('string')
    expect(outcome).toMatchObject(expected)
  })

  test('that breaks off is counted all the same', async () => {
    const outcome = await playOn({ accepted: 4, final: 3, posts: twice }, () => Promise.reject(new Error('broke off')))
    expect(outcome).toMatchObject({ recovered: false, messagesLost: 1, duplicatePosts: 1 })
    expect(outcome.failed).toContain('broke off')
  })
})

interface Planted {
  readonly accepted: number
  readonly final: number
  /** What is found on the chains once the drill has begun. */
  readonly posts: readonly Post[]
}

/** Plays a drill on a stack that there is not: what it would say is planted. */
async function playOn({ accepted, final, posts }: Planted, play: DaDrill['play']) {
  const nodeUrl = await startNodeDouble(final)
  let counts = 0
  const stage = {
    clock: systemClock,
    signal: patience(),
    observers: {
      sealed: () => ({ header: { number: 1n }, messages: accepted }),
      claims: () => ({ claimedBlock: 1n, finalBlock: 1n }),
    },
    stack: { places: { nodeUrl } },
    accepted: 0,
    counted: { messages: 0, block: 0n },
    wait: async <T>(what: string, look: () => Promise<T | undefined> | T | undefined) => {
      const found = await look()
      if (found === undefined) throw new Error(`waited for ${what}`)
      return found
    },
    load: () => ({
      tally: { ...newTally(), accepted },
      playing: new Promise<never>(() => undefined),
      stop: async () => undefined,
    }),
    posts: async () => (counts++ === 0 ? [] : posts),
    claimsAfter: (): StandingClaim[] => [],
    claimOn: async () => undefined,
    latestClaim: () => 0n,
    heal: async () => undefined,
    usePolicy: async () => undefined,
  } as unknown as Stage
  const drill = { name: 'planted', byDefault: true, fault: '', expected: '', policy: 'celestia', play }
  return playDrill(stage, drill)
}

/** A double of a node: one final block with so many messages. */
async function startNodeDouble(messages: number): Promise<string> {
  const server = createServer(({ url }, response) => {
    const told = url?.includes('/blocks/')
      ? { finality: 'final', runs: [{ messages }] }
      : { state: 'following', block: '1', rootsCompared: '1', rootsEqual: '1', finality: { final: { block: '1' } } }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
