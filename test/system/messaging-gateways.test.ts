import { createGatewayServer, Gateway, type GatewayOptions, memoryWindows } from '@parley/gateway'
import { rpcTransport } from '@parley/http'
import { text } from '@parley/messaging'
import { systemClock } from '@parley/runtime'
import { describeRevert } from '@parley/settlement'
import { createSenderMetrics, openAccountSender, senderDefaults, type TransactionSender } from '@parley/transactions'
import { Registry } from 'prom-client'
import { bytesToHex, createWalletClient, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { log } from './support/l2.ts'
import { textStore } from './support/memory-stores.ts'
import { Heard, Messengers } from './support/messengers.ts'
import { openShards, Rollup } from './support/rollup.ts'

const [shard] = openShards

let rollup: Rollup
let people: Messengers
let sender: TransactionSender
beforeAll(async () => {
  rollup = await Rollup.start()
  await eventually('an account', () => rollup.client.account(shard, 0))
  people = await Messengers.deploy(rollup)
  sender = await openAccountSender(
    {
      transport: rpcTransport(rollup.chain.url, { timeoutMs: 60_000 }),
      describeRevert,
      secret: rollup.roles.gateways[0]!.secret,
      store: textStore(),
      clock: systemClock,
      log,
      metrics: createSenderMetrics(new Registry()),
    },
    { ...senderDefaults, pollMs: 50 },
    AbortSignal.timeout(340_000),
  )
}, 360_000)
afterAll(async () => {
  await people?.stop()
  await sender?.close()
  await rollup?.stop()
})

async function startGateway(options: GatewayOptions): Promise<string> {
  const gateway = new Gateway(
    {
      client: createWalletClient({ transport: http(rollup.chain.url), pollingInterval: 50, cacheTime: 0 }),
      chainId: rollup.config.chainId,
      contracts: { ...people.contracts, queue: bytesToHex(rollup.config.inbox) },
      sender,
      key: privateKeyToAccount(generatePrivateKey()),
      windows: memoryWindows(systemClock),
      l3: {
        sequencer: rollup.client,
        deployment: rollup.config,
        owner: rollup.owner,
        accounts: [{ shard, account: 0 }],
      },
      clock: systemClock,
      log,
      registry: new Registry(),
    },
    options,
  )
  const { url, close } = await createGatewayServer(gateway, { host: '127.0.0.1', port: 0, version: '1' })
  onTestFinished(async () => {
    await close()
    await gateway.close()
  })
  return url
}

test('people without money › register, invite, consent and talk by the gateway that does not refuse', async () => {
  const refusing = await startGateway({ anonymousSecond: 0 })
  const paying = await startGateway({ anonymousSecond: 100, anonymousMinute: 100, anonymousDay: 100 })
  const secrets = [generatePrivateKey(), generatePrivateKey()] as const
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const [alice, bob] = await Promise.all([
    people.openPoor(secrets[0], [refusing, paying]),
    people.openPoor(secrets[1], [refusing, paying]),
  ])
  await Promise.all([alice.registerInstallation(), bob.registerInstallation()])
  expect([alice.registered, bob.registered]).toEqual([true, true])
  const atAlice = new Heard(alice, stop.signal)
  const atBob = new Heard(bob, stop.signal)
  const lunch = await alice.invite({ to: bob.identity, title: 'Lunch' })
  const request = await atBob.first('request')
  expect(request).toMatchObject({ sender: alice.identity, verified: true })
  const talk = await request.accept()
  await atAlice.first('membership')
  await lunch.send(text('Great!'))
  await atBob.text('Great!')
  await talk.send(text('See you'))
  await atAlice.text('See you')
  for (const secret of secrets) {
    const { address } = privateKeyToAccount(secret)
    expect([await rollup.l2.getBalance({ address }), await rollup.l2.getTransactionCount({ address })]).toEqual([0n, 0])
  }
  await expect(
    people.openPoor(generatePrivateKey(), [refusing]).then((carol) => carol.registerInstallation()),
  ).rejects.toMatchObject({ fault: { code: 'GATEWAYS_FAILED' } })
}, 360_000)
