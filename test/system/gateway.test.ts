import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import {
  ClientError,
  createGatewayClient,
  createGateways,
  type GatewayClient,
  type GatewayRequest,
  gatewayDomain,
  gatewayTypes,
  getInbox,
  keyAttribute,
  resolve,
  settingOf,
  signContactChange,
  signInvite,
} from '@parley/client'
import { createGatewayServer, Gateway, type GatewayOptions, memoryWindows } from '@parley/gateway'
import { rpcTransport } from '@parley/http'
import { systemClock } from '@parley/runtime'
import { describeRevert } from '@parley/settlement'
import { createSenderMetrics, openAccountSender, senderDefaults, type TransactionSender } from '@parley/transactions'
import { Registry } from 'prom-client'
import { type Address, bytesToHex, type Hex, keccak256, recoverTypedDataAddress, toHex, zeroHash } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { getBlock } from 'viem/actions'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type ContactsL2, startContactsL2 } from './support/contacts.ts'
import { log } from './support/l2.ts'
import { textStore } from './support/memory-stores.ts'

const signal = () => AbortSignal.timeout(340_000)
/** Other tests may keep the machine busy. */
const patient = { timeoutMs: 100_000 }
const payer = 0
const gwei = 10n ** 9n

let l2: ContactsL2
let sender: TransactionSender
beforeAll(async () => {
  l2 = await startContactsL2()
  sender = await openAccountSender(
    {
      transport: rpcTransport(l2.chain.url, { timeoutMs: 60_000 }),
      describeRevert,
      secret: l2.roles.users[payer]!.secret,
      store: textStore(),
      clock: systemClock,
      log,
      metrics: createSenderMetrics(new Registry()),
    },
    { ...senderDefaults, pollMs: 20 },
    signal(),
  )
})
afterAll(async () => {
  await sender?.close()
  await l2?.chain.stop()
})

const contracts = () => ({ directory: l2.directory, inbox: l2.inbox })
const key = privateKeyToAccount(generatePrivateKey())

/** A gateway that serves until the test has finished. */
async function startGateway(options: GatewayOptions = {}, sending: Pick<TransactionSender, 'begin'> = sender) {
  const gateway = new Gateway(
    {
      client: l2.client(payer),
      chainId: 901n,
      contracts: contracts(),
      sender: { ...sender, begin: (...args) => sending.begin(...args) },
      key,
      windows: memoryWindows(systemClock),
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

const now = async (): Promise<bigint> => (await getBlock(l2.client(payer))).timestamp
const deadline = async (): Promise<bigint> => (await now()) + 3_600n
const newUser = () => privateKeyToAccount(generatePrivateKey())
const digestOf = (n: number): Hex => keccak256(toHex(n))

async function registration(user = newUser()): Promise<GatewayRequest> {
  const attribute = keyAttribute({ algorithm: 'Ed25519', use: 'installation', value: `0x${'11'.repeat(32)}` }, 3_600n)
  const change = { kind: 'register', changes: [settingOf(attribute)] } as const
  const client = l2.client(payer)
  const signed = { directory: l2.directory, change, deadline: await deadline(), account: user }
  return { kind: 'contact', change, authorization: await signContactChange(client, signed) }
}

async function invitation(n: number, recipient: Address, more: { relayer?: Address; maxFee?: bigint } = {}) {
  const { maxFee = 10n ** 15n, ...relayed } = more
  const invite = { recipient, contentDigest: digestOf(n), ...relayed }
  const signed = { ...invite, inbox: l2.inbox, deadline: await deadline(), account: newUser() }
  const authorization = await signInvite(l2.client(payer), signed)
  return { kind: 'invite', ...invite, maxFee, authorization } as const satisfies GatewayRequest
}

const gatewaysOf = (...gateways: GatewayClient[]) =>
  createGateways({ client: l2.client(payer), contracts: contracts(), gateways })

test('a user without money › is registered by a gateway, as it promised', async () => {
  const user = newUser()
  const gateways = gatewaysOf(createGatewayClient({ url: await startGateway() }, patient))
  const { pledge, failed } = await gateways.carryOut(await registration(user), signal())
  expect(failed).toEqual([])
  expect(pledge?.promise.key).toBe(key.address.toLowerCase())
  const { bundle } = await resolve(l2.client(payer), { directory: l2.directory, identity: user.address })
  expect(bundle).toMatchObject({ owner: user.address, entries: [{ value: `0x${'11'.repeat(32)}` }] })
})

test('a user without money › invites through a gateway, and the chain does not know who', async () => {
  const recipient = newUser().address
  const gateways = gatewaysOf(createGatewayClient({ url: await startGateway() }, patient))
  const request = await invitation(1, recipient, { relayer: sender.address })
  await gateways.carryOut(request, signal())
  expect(await getInbox(l2.client(payer), { inbox: l2.inbox, recipient })).toMatchObject({ count: 1n })
})

test('a quote › is what the contracts ask for, signed', async () => {
  const url = await startGateway({ inviteUnits: 3 })
  const value = {
    sender: newUser().address,
    recipient: newUser().address,
    contentDigest: digestOf(2),
    gateData: '0x',
  }
  const answer = await fetch(`${url}/v1/quotes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'invites', value }),
  })
  const quote = (await answer.json()) as Record<string, string>
  expect(quote).toMatchObject({ operation: 'invites', units: 3 })
  const message = {
    operation: 'invites',
    units: 3,
    feeWei: BigInt(quote.feeWei!),
    validUntil: BigInt(quote.validUntil!),
  }
  const domain = gatewayDomain({ chainId: 901n, publicInbox: l2.inbox })
  const typed = { domain, types: gatewayTypes, primaryType: 'Quote', message } as const
  expect(await recoverTypedDataAddress({ ...typed, signature: quote.signature as Hex })).toBe(key.address)
})

test('a gateway that promises and does nothing › is found out, and another is asked', async () => {
  const idle = { begin: async () => ({ hash: zeroHash, wait: () => new Promise<never>(() => undefined) }) }
  const options = { includeWithinSeconds: 2 }
  const [lying, honest] = [await startGateway(options, idle), await startGateway()]
  const gateways = gatewaysOf(
    createGatewayClient({ url: lying }, patient),
    createGatewayClient({ url: honest }, patient),
  )
  const request = await registration()
  const done = gateways.carryOut(request, signal())
  // The L2's time goes on only with blocks.
  const mining = setInterval(() => void l2.control.mine({ blocks: 1, interval: 2 }), 100)
  const { pledge, failed } = await done.finally(() => clearInterval(mining))
  expect(failed.map(({ fault }) => fault.code)).toEqual(['PROMISE_BROKEN'])
  expect(pledge?.gateway).toBe(honest)
})

test('a gateway that promises something else › is not believed', async () => {
  const other = privateKeyToAccount(generatePrivateKey())
  const url = await startGateway()
  const asking = createGatewayClient({ url, key: other.address }, patient).submit(await registration(), {}, signal())
  await expect(asking).rejects.toMatchObject({ fault: { code: 'PROMISE_INVALID', reason: 'it is by another key' } })
})

test('a gateway that is away or refuses › is passed over, and when all do it is said why', async () => {
  const away = createGatewayClient({ url: 'http://127.0.0.1:1' }, { maxAttempts: 1 })
  const good = createGatewayClient({ url: await startGateway() }, patient)
  const { failed } = await gatewaysOf(away, good).carryOut(await registration(), signal())
  expect(failed).toHaveLength(1)
  const request = await registration()
  if (request.kind !== 'contact') throw new TypeError('is no contact')
  const forged = { ...request, authorization: { ...request.authorization, signer: newUser().address } }
  const refused = gatewaysOf(away, good).carryOut(forged, signal())
  await expect(refused).rejects.toMatchObject({
    fault: { code: 'GATEWAYS_FAILED', gateways: [expect.anything(), expect.stringContaining('CALL_REFUSED')] },
  })
})

/** The coded fault that a gateway refused with. */
async function faultOf(asking: Promise<unknown>): Promise<unknown> {
  const error = await asking.catch((thrown: unknown) => thrown)
  if (!(error instanceof ClientError) || error.fault.code !== 'REQUEST_REFUSED') throw error
  return { status: error.fault.status, ...error.fault.fault }
}

test('requests › what is refused is told with field and bound, and costs no allowance', async () => {
  const url = await startGateway({ anonymousSecond: 1, anonymousMinute: 1, anonymousDay: 1, contactUnits: 1 })
  const gateway = createGatewayClient({ url }, { ...patient, maxRetryAfterMs: 0 })
  const recipient = newUser().address
  const late = await invitation(3, recipient)
  const expired = { ...late, authorization: { ...late.authorization, deadline: await now() } }
  expect(await faultOf(gateway.submit(expired))).toMatchObject({ status: 400, code: 'AUTHORIZATION_EXPIRED' })
  const relayer = newUser().address
  expect(await faultOf(gateway.submit(await invitation(4, recipient, { relayer })))).toMatchObject({
    code: 'RELAYER_OTHER',
    received: relayer.toLowerCase(),
  })
  expect(await faultOf(gateway.submit(await invitation(5, recipient, { maxFee: 10n ** 18n })))).toMatchObject({
    code: 'FEE_TOO_HIGH',
    maximum: String(1_000_000n * gwei),
  })
  const request = await registration()
  await gateway.submit(request)
  await expect(gateway.submit(await registration())).rejects.toMatchObject({ fault: { code: 'SERVER_BUSY' } })
})

test('requests › bodies that are none of a gateway’s are refused by their field', async () => {
  const url = await startGateway()
  const post = async (path: string, body: string, type = 'application/json') => {
    const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': type }, body })
    return { status: answer.status, ...((await answer.json()) as object) }
  }
  expect(await post('/v1/invites', '{}')).toMatchObject({ code: 'FIELD_INVALID', field: 'recipient' })
  expect(await post('/v1/invites', '[]')).toMatchObject({ code: 'FIELD_INVALID', field: 'body' })
  expect(await post('/v1/contacts', '{"change":{"kind":"x"}}')).toMatchObject({ field: 'change.kind' })
  expect(await post('/v1/invites', 'x', 'application/octet-stream')).toMatchObject({ code: 'CONTENT_TYPE' })
  expect(await post('/v1/invites', `"${'a'.repeat(70_000)}"`)).toMatchObject({ status: 413, code: 'BODY_SIZE' })
  const { kind: _, ...invite } = await invitation(6, newUser().address)
  const long = { ...invite, maxFee: '1', relayer: zeroHash.slice(0, 42), gateData: `0x${'00'.repeat(8_193)}` }
  const authorization = { ...invite.authorization, deadline: '1' }
  expect(await post('/v1/invites', JSON.stringify({ ...long, authorization }))).toMatchObject({ field: 'gateData' })
})

test('parley gateway › registers a user, and needs two keys', async () => {
  const [signing, paying] = [generatePrivateKey(), bytesToHex(l2.roles.users[1]!.secret)]
  const data = await mkdtemp(join(tmpdir(), 'parley-gateway-'))
  onTestFinished(() => rm(data, { recursive: true }))
  const args = ['gateway', '--data', data, '--port', '0', '--l2', l2.chain.url]
  const places = ['--directory', l2.directory, '--public-inbox', l2.inbox]
  const binary = fileURLToPath(new URL('../../cli/bin/parley.js', import.meta.url))
  const start = (keys: Record<string, string>) => {
    const env = { PATH: process.env.PATH ?? '', PARLEY_L2_POLL_MS: '50', ...keys }
    return spawn(process.execPath, [binary, ...args, ...places], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  }
  const same = start({ PARLEY_GATEWAY_KEY: paying, PARLEY_GATEWAY_PAY_KEY: paying })
  const said = text(same.stderr)
  expect(await once(same, 'close')).toEqual([2, null])
  expect(await said).toContain('gateway.payKey')
  const child = start({ PARLEY_GATEWAY_KEY: signing, PARLEY_GATEWAY_PAY_KEY: paying })
  try {
    const [line] = await once(createInterface(child.stdout), 'line')
    const { url, key: address } = JSON.parse(String(line)).ready
    expect(address).toBe(privateKeyToAccount(signing).address)
    const { pledge } = await gatewaysOf(createGatewayClient({ url, key: address }, patient)).carryOut(
      await registration(),
      signal(),
    )
    expect(pledge?.gateway).toBe(url)
  } finally {
    child.kill('SIGTERM')
    expect(await once(child, 'close')).toEqual([0, null])
  }
})

test('document › is docs/api/gateway.json', async () => {
  const document = await (await fetch(`${await startGateway()}/openapi.json`)).json()
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../docs/api/gateway.json')
})
