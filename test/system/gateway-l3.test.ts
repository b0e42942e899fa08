import {
  type Consent,
  consentOf,
  createGatewayClient,
  createGateways,
  type Deployment,
  type GatewayClient,
  type OwnerSigner,
  type SequencerClient,
  signMessage,
} from '@parley/client'
import { createGatewayServer, Gateway, type GatewayOptions, memoryWindows } from '@parley/gateway'
import { rpcTransport } from '@parley/http'
import { memberKey, Role, sameBytes } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { describeRevert } from '@parley/settlement'
import { createSenderMetrics, openAccountSender, senderDefaults, type TransactionSender } from '@parley/transactions'
import { Registry } from 'prom-client'
import { bytesToHex, createWalletClient, http, zeroAddress } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { digestOf } from './support/digest.ts'
import { eventually } from './support/eventually.ts'
import { log } from './support/l2.ts'
import { textStore } from './support/memory-stores.ts'
import { openShards, Rollup } from './support/rollup.ts'

const signal = () => AbortSignal.timeout(340_000)
/** Other tests may keep the machine busy. */
const patient = { timeoutMs: 100_000 }
const [shard] = openShards

let rollup: Rollup
let sender: TransactionSender
let gatewayAccounts: OwnerSigner
beforeAll(async () => {
  rollup = await Rollup.start()
  gatewayAccounts = rollup.owner
  await eventually('an account', () => rollup.client.account(shard, 0))
  sender = await openAccountSender(
    {
      transport: rpcTransport(rollup.chain.url, { timeoutMs: 60_000 }),
      describeRevert,
      secret: rollup.roles.users[0]!.secret,
      store: textStore(),
      clock: systemClock,
      log,
      metrics: createSenderMetrics(new Registry()),
    },
    { ...senderDefaults, pollMs: 50 },
    signal(),
  )
}, 360_000)
afterAll(async () => {
  await sender?.close()
  await rollup?.stop()
})

const deployment = (): Deployment => rollup.config
const sequencer = (): SequencerClient => rollup.client
const l2 = () => createWalletClient({ transport: http(rollup.chain.url), pollingInterval: 50, cacheTime: 0 })

async function startGateway(options: GatewayOptions = {}): Promise<GatewayClient> {
  const gateway = new Gateway(
    {
      client: l2(),
      chainId: rollup.config.chainId,
      contracts: { directory: zeroAddress, inbox: zeroAddress, queue: bytesToHex(rollup.config.inbox) },
      sender,
      key: privateKeyToAccount(generatePrivateKey()),
      windows: memoryWindows(systemClock),
      l3: {
        sequencer: sequencer(),
        deployment: deployment(),
        owner: gatewayAccounts,
        accounts: [{ shard, account: 0 }],
      },
      clock: systemClock,
      log,
      registry: new Registry(),
    },
    { anonymousSecond: 50, anonymousMinute: 50, anonymousDay: 50, ...options },
  )
  const { url, close } = await createGatewayServer(gateway, { host: '127.0.0.1', port: 0, version: '1' })
  onTestFinished(close)
  return createGatewayClient({ url }, { ...patient, maxRetryAfterMs: 0 })
}

const alice = memberKey(digestOf('alice'))
const bob = memberKey(digestOf('bob'))
const membersOf = (allowance = 10n ** 8n) => [
  { key: alice.key, role: Role.admin, allowance, priceLimit: 10n ** 7n },
  { key: bob.key, role: Role.member, allowance: 0n, priceLimit: 10n ** 7n },
]
const consents = (): Consent[] => [alice, bob].map((key) => consentOf(rollup.config.chainId, key))

test('a user without money › has a conversation created, a member funded, and a message forced', async () => {
  const gateway = await startGateway()
  const said = await gateway.about()
  expect(said.conversations).toMatchObject({ shards: [shard] })
  const created = await gateway.createConversation({
    deployment: deployment(),
    members: membersOf(),
    consents: consents(),
  })
  const found = await sequencer().conversation(created.shard, created.index)
  expect(sameBytes(found!.id, created.id)).toBe(true)
  expect(found!.members.map(({ allowance }) => allowance)).toEqual([10n ** 8n, 0n])

  const place = { shard: created.shard, conversation: created.index }
  const funded = await gateway.fund({ ...place, member: 1, units: 2 })
  expect(funded.amount).toBe(2n * said.conversations!.unitMwei)
  const after = await sequencer().conversation(created.shard, created.index)
  expect(after!.members[1]!.allowance).toBe(funded.amount)

  const { messageCount } = after!
  const draft = { ...place, conversationId: created.id, member: 1, nonce: 1n, content: digestOf('forced') }
  const message = signMessage(rollup.config.chainId, draft, bob)
  const queue = bytesToHex(rollup.config.inbox)
  const gateways = createGateways({
    client: l2(),
    contracts: { directory: zeroAddress, inbox: zeroAddress, queue },
    gateways: [gateway],
  })
  const { pledge } = await gateways.carryOut({ kind: 'forced', item: { kind: 'message', message } }, signal())
  expect(pledge?.gateway).toBe(gateway.name)
  await eventually('the forced message in the record', async () => {
    const now = await sequencer().conversation(created.shard, created.index)
    return now!.messageCount > messageCount ? now : undefined
  })
})

test('conversations › what the L3 or the gateway would not take is refused', async () => {
  const gateway = await startGateway()
  const create = (more: object) =>
    gateway.createConversation({ deployment: deployment(), members: membersOf(), consents: consents(), ...more })
  const refused = (code: string) => ({ fault: { code: 'REQUEST_REFUSED', fault: { code } } })
  await expect(create({ members: membersOf(10n ** 12n) })).rejects.toMatchObject(refused('ALLOWANCE_TOO_HIGH'))
  // The reservation is over once the account's time is.
  const stranger = consentOf(rollup.config.chainId, memberKey(digestOf('stranger')))
  await eventually('the account to be free', async () => {
    const outcome = await create({ consents: [consents()[0], stranger] }).catch((error: unknown) => error)
    const { fault } = (outcome as { fault?: { fault?: { code?: string; refusal?: string } } }).fault
      ? (outcome as never)
      : { fault: {} as never }
    return (fault as { fault?: { code?: string } }).fault?.code === 'OPERATION_REFUSED' ? true : undefined
  })
  await expect(gateway.fund({ shard: 63, conversation: 0, member: 0, units: 1 })).rejects.toMatchObject(
    refused('SHARD_UNSERVED'),
  )
  await expect(gateway.fund({ shard, conversation: 2 ** 24 - 1, member: 0, units: 1 })).rejects.toMatchObject(
    refused('OPERATION_REFUSED'),
  )
})
