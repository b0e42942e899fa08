import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSequencerClient, localOwner } from '@parley/client'
import { type Anvil, deriveRoles, devMnemonic } from '@parley/lab'
import { createIdentity, createNetwork, type Network } from '@parley/network'
import {
  type BlockHeader,
  BlockHeaderType,
  type ChainConfig,
  domainSeparator,
  firstSchedule,
  genesisHeader,
  headerDigest,
  type SignedHeader,
  signDigestRecoverable,
} from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { Registry } from 'prom-client'
import { bytesToHex, hexToBytes } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Conversations } from './support/conversations.ts'
import { eventually } from './support/eventually.ts'
import { log } from './support/l2.ts'
import { byteStore } from './support/memory-stores.ts'
import { RoleHere } from './support/role-here.ts'
import { deployParley, readConfig, startL2 } from './support/rollup-l2.ts'

const roles = deriveRoles(devMnemonic, 1)
const owner = localOwner(roles.users[0]!.secret)
const here = '/ip4/127.0.0.1/tcp/0'
let directory: string
let l2: Anvil
let config: ChainConfig
let rollup: Uint8Array
let stranger: Network | undefined
const running: RoleHere[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-gossiping-'))
  l2 = await startL2()
  rollup = (await deployParley(l2, roles, owner.address, [3])).rollup
  config = await readConfig(l2.url, rollup)
}, 360_000)
afterAll(async () => {
  await stranger?.stop()
  await Promise.all(running.map((role) => role.stop()))
  await l2?.stop()
  await rm(directory, { recursive: true, force: true })
})

interface Peer {
  readonly role: RoleHere
  readonly url: string
  /** Where peers find it. */
  readonly address: string
}

async function start(name: string, env: Readonly<Record<string, string>>): Promise<Peer> {
  const role = new RoleHere([name, '--port', '0', '--data', join(directory, name)], {
    PARLEY_L2_URL: l2.url,
    PARLEY_L2_ROLLUP: bytesToHex(rollup),
    PARLEY_RUN_LANES: '1',
    PARLEY_P2P_ON: 'true',
    PARLEY_P2P_LISTEN: here,
    PARLEY_P2P_ALLOW_PRIVATE: 'true',
    ...env,
  })
  running.push(role)
  const found = (pattern: RegExp) => async () => role.lines.map((line) => pattern.exec(line)?.[1]).find(Boolean)
  const said = Promise.all([
    eventually(`${name} is ready`, found(/"ready":.*"url":"(http:[^"]+)"/)),
    eventually(`${name} takes part`, found(/"addresses":\["([^"]+)"/)),
  ])
  const ended = role.ended.then((code) => {
    throw new Error(`${name} ended with ${code}:\n${role.lines.join('\n')}`)
  })
  const [url, address] = await Promise.race([said, ended])
  return { role, url: url.replace('0.0.0.0', '127.0.0.1'), address }
}

async function metricOf({ url }: Peer, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^parley_network_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}

const sign = (header: BlockHeader): SignedHeader => ({
  header,
  signature: signDigestRecoverable(
    roles.sequencer.secret,
    headerDigest(domainSeparator(config.chainId, config.inbox), header),
  ),
})

/** Somebody who takes part and is no role. */
async function joinAsStranger(bootnode: string): Promise<Network> {
  const lineage = config.genesis.lineage
  const { keys } = firstSchedule(hexToBytes(roles.sequencer.address), config.fees)
  return createNetwork(
    {
      chain: {
        chainId: config.chainId,
        rollup,
        inbox: config.inbox,
        genesis: BlockHeaderType.hashTreeRoot(genesisHeader(config)),
        lineage: () => lineage,
        claimed: () => 0n,
        final: () => 0n,
        keys: async () => keys,
      },
      identity: await createIdentity(),
      store: byteStore(),
      clock: systemClock,
      log,
      registry: new Registry(),
    },
    { listen: [here], bootnodes: [bootnode], allowPrivate: true, light: true, lookEveryMs: 100 },
  )
}

test('roles › gossip what is sealed, and hand a second header that a peer tells of to who shows it', async () => {
  const sequencer = await start('sequencer', {
    PARLEY_SEQUENCER_KEY: bytesToHex(roles.sequencer.secret),
    PARLEY_SEQUENCER_MARK_DIR: join(directory, 'mark'),
    PARLEY_SEQUENCER_ALONE: 'true',
    PARLEY_DA_LAYER: 'local',
    PARLEY_DA_LOCAL_IS_NOT_DA: 'true',
  })
  const relay = await start('relay', {
    PARLEY_SEQUENCER_URL: sequencer.url,
    PARLEY_P2P_BOOTNODES: sequencer.address,
  })
  const node = await start('node', { PARLEY_P2P_BOOTNODES: relay.address })
  const client = createSequencerClient({ url: sequencer.url, clock: systemClock })
  const conversations = new Conversations({ client, config, owner })
  const speaker = await conversations.create(3)
  await conversations.say(speaker, 2)
  // A node that verifies nothing yet has the block from peers.
  await eventually('the block at the node', async () => ((await metricOf(node, 'kept_blocks')) > 0 ? true : undefined))
  expect(await metricOf(relay, 'head_block')).toBeGreaterThan(0)

  const sealed = await eventually('a block', async () => (await client.block('latest').catch(() => undefined))?.block)
  stranger = await joinAsStranger(sequencer.address)
  const other = { ...sealed.header, stateRoot: sealed.header.stateRoot.map((byte) => byte ^ 1) }
  await stranger.tell({ a: sign(sealed.header), b: sign(other) })
  const evidence = await eventually('evidence at the node', async () => {
    const told = (await (await fetch(`${node.url}/v1/evidence`)).json()) as { evidence?: readonly object[] }
    return told.evidence !== undefined && told.evidence.length > 0 ? told.evidence : undefined
  })
  expect(evidence).toHaveLength(1)
  for (const peer of [sequencer, relay, node]) expect(await metricOf(peer, 'evidence_kept')).toBe(1)
})

test('a role › has the same peer id when it starts again', async () => {
  const ids = await Promise.all(running.map(async ({ lines }) => lines.join('\n').match(/p2p\/(12D3\w+)/)?.[1]))
  const [, relay] = running
  await relay?.stop()
  const again = await start('relay', { PARLEY_SEQUENCER_URL: 'http://127.0.0.1:9' })
  expect(again.address).toContain(ids[1])
}, 360_000)
