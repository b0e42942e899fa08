import { generateKeyPairSync, sign } from 'node:crypto'
import {
  type Authorization,
  attest,
  createGatewayClient,
  type GatewayClient,
  type GatewayProof,
  type ProofMaker,
  signInvite,
  signTokenRequests,
  stake,
} from '@parley/client'
import {
  attestationProof,
  createGatewayServer,
  Gateway,
  type GatewayOptions,
  jwtProof,
  memoryWindows,
  nameProof,
  noProof,
  reputeProof,
  stakeProof,
  TokenKeys,
  Tokens,
} from '@parley/gateway'
import { rpcTransport } from '@parley/http'
import { contractOf } from '@parley/infra'
import { systemClock } from '@parley/runtime'
import { ManualClock } from '@parley/runtime/testing'
import { describeRevert } from '@parley/settlement'
import { createSenderMetrics, openAccountSender, senderDefaults, type TransactionSender } from '@parley/transactions'
import { Registry } from 'prom-client'
import { type Address, decodeAbiParameters, keccak256, toHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { getBlock } from 'viem/actions'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type ContactsL2, startContactsL2 } from './support/contacts.ts'
import { log } from './support/l2.ts'
import { textStore } from './support/memory-stores.ts'

const signal = () => AbortSignal.timeout(340_000)
/** Other tests may keep the machine busy. */
const patient = { timeoutMs: 100_000 }
const payer = 0
const ether = 10n ** 18n

let l2: ContactsL2
let sender: TransactionSender
beforeAll(async () => {
  l2 = await startContactsL2(8, ['contacts', 'inbox', 'reputation'])
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

const addressOf = (name: 'StakeVault' | 'Reputation' | 'AttestationGate'): Address =>
  contractOf(l2.record, name).address
const application = generateKeyPairSync('ed25519')
const attester = privateKeyToAccount(generatePrivateKey())
/** Who has which name, in the place of a registry on the L1. */
const names = new Map<string, Address>()

async function startGateway(options: GatewayOptions = {}): Promise<GatewayClient> {
  const client = l2.client(payer)
  const contracts = { directory: l2.directory, inbox: l2.inbox }
  const deps = { client, chainId: 901n, contracts }
  const store = textStore()
  const gateway = new Gateway(
    {
      ...deps,
      sender,
      key: privateKeyToAccount(generatePrivateKey()),
      windows: memoryWindows(systemClock),
      issuer: {
        tokens: new Tokens({ keys: await TokenKeys.open(systemClock, store), store, issuer: 'gateway.example' }),
        proofs: {
          none: noProof,
          stake: stakeProof({ ...deps, vault: addressOf('StakeVault') }, { middle: ether / 100n, high: ether }),
          repute: reputeProof({ ...deps, reputation: addressOf('Reputation') }, 86_400n),
          name: nameProof({ ...deps, names: { addressOf: async (name) => names.get(name) } }),
          attestation: attestationProof({ ...deps, gate: addressOf('AttestationGate'), attesters: [attester.address] }),
          jwt: jwtProof(systemClock, [
            { issuer: 'https://app.example', audience: 'parley', key: application.publicKey.export({ format: 'jwk' }) },
          ]),
        },
        subjectSecret: new Uint8Array(32),
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
  return createGatewayClient({ url }, { ...patient, maxRetryAfterMs: 0 })
}

const now = async (): Promise<bigint> => (await getBlock(l2.client(payer))).timestamp
const refused = (code: string, more: object = {}) => ({ fault: { code: 'REQUEST_REFUSED', fault: { code, ...more } } })
const nothing: ProofMaker = () => ({ kind: 'none' })

async function invitation(n: number) {
  const invite = { recipient: privateKeyToAccount(generatePrivateKey()).address, contentDigest: keccak256(toHex(n)) }
  const account = privateKeyToAccount(generatePrivateKey())
  const signed = { ...invite, inbox: l2.inbox, deadline: (await now()) + 3_600n, account }
  const authorization: Authorization = await signInvite(l2.client(payer), signed)
  return { kind: 'invite', ...invite, maxFee: 10n ** 17n, authorization } as const
}

/** A proof by an account's signature over the requests. */
const byAccount =
  (
    user: number,
    rest: (signed: Awaited<ReturnType<typeof signTokenRequests>>) => Promise<GatewayProof> | GatewayProof,
  ): ProofMaker =>
  async (requestsDigest) => {
    const parameters = { chainId: 901n, publicInbox: l2.inbox, requestsDigest, validUntil: (await now()) + 300n }
    return rest(await signTokenRequests(l2.client(user), parameters))
  }

describe('tokens', () => {
  test('pay for who has none of the address left, each once', async () => {
    const gateway = await startGateway({
      anonymousSecond: 0,
      anonymousMinute: 0,
      anonymousDay: 0,
      maxInviteGwei: 100_000_000,
    })
    await expect(gateway.submit(await invitation(1))).rejects.toMatchObject({ fault: { code: 'SERVER_BUSY' } })
    const tokens = await gateway.draftTokens(3, nothing)
    const [first, second, third] = tokens as [Uint8Array, Uint8Array, Uint8Array]
    await gateway.submit(await invitation(1), { tokens: [first] })
    const again = gateway.submit(await invitation(2), { tokens: [first] })
    await expect(again).rejects.toMatchObject(refused('TOKEN_SPENT'))
    const twice = gateway.submit(await invitation(2), { tokens: [second, second] })
    await expect(twice).rejects.toMatchObject(refused('TOKENS_OTHER', { expected: 1, received: 2 }))
    const changed = third.slice()
    changed[353]! ^= 1
    await expect(gateway.submit(await invitation(2), { tokens: [changed] })).rejects.toMatchObject(
      refused('TOKEN_INVALID'),
    )
    // What was refused has cost none.
    const stale = { ...(await invitation(2)), maxFee: 0n }
    await expect(gateway.submit(stale, { tokens: [second] })).rejects.toMatchObject(refused('CALL_REFUSED'))
    await gateway.submit(await invitation(2), { tokens: [second] })
  })

  test('are of their gateway alone', async () => {
    const [one, other] = [await startGateway(), await startGateway({ maxInviteGwei: 100_000_000 })]
    const tokens = await one.draftTokens(1, nothing)
    await expect(other.submit(await invitation(3), { tokens })).rejects.toMatchObject(refused('TOKEN_INVALID'))
  })

  test('are issued so many a day', async () => {
    const gateway = await startGateway({ tierNone: 5 })
    await gateway.draftTokens(5, nothing)
    await expect(gateway.draftTokens(1, nothing)).rejects.toMatchObject({ fault: { code: 'SERVER_BUSY' } })
  })
})

describe('proofs', () => {
  test('stake › is worth what is at stake, and is the signer’s alone', async () => {
    const gateway = await startGateway({ tierMiddle: 50, tierHigh: 60 })
    const prove = (user: number) => byAccount(user, (signed) => ({ kind: 'stake', ...signed }))
    await expect(gateway.draftTokens(1, prove(1))).rejects.toMatchObject(refused('PROOF_INVALID'))
    await l2.done(stake(l2.client(1), { vault: addressOf('StakeVault'), value: ether / 100n }))
    await gateway.draftTokens(50, prove(1))
    await expect(gateway.draftTokens(1, prove(1))).rejects.toMatchObject({ fault: { code: 'SERVER_BUSY' } })
    const stolen = byAccount(2, (signed) => ({ kind: 'stake', ...signed, account: l2.account(1).address }))
    await expect(gateway.draftTokens(1, stolen)).rejects.toMatchObject(refused('PROOF_INVALID'))
  })

  test('repute › is refused to whom nobody knows', async () => {
    const gateway = await startGateway()
    const prove = byAccount(3, (signed) => ({ kind: 'repute', ...signed }))
    await expect(gateway.draftTokens(1, prove)).rejects.toMatchObject(refused('PROOF_INVALID'))
  })

  test('name › counts by the account that it leads to', async () => {
    const gateway = await startGateway()
    names.set('alice.example', l2.account(4).address)
    const prove = (user: number, name: string) => byAccount(user, (signed) => ({ kind: 'name', ...signed, name }))
    expect(await gateway.draftTokens(1, prove(4, 'alice.example'))).toHaveLength(1)
    await expect(gateway.draftTokens(1, prove(5, 'alice.example'))).rejects.toMatchObject(refused('PROOF_INVALID'))
    await expect(gateway.draftTokens(1, prove(4, 'bob.example'))).rejects.toMatchObject(refused('PROOF_INVALID'))
  })

  test('attestation › counts by who signed it, for whom and when', async () => {
    const gateway = await startGateway()
    const time = await now()
    const given = async (term: { subject: Address; issuedAt: bigint; expiresAt: bigint }, by = attester) => {
      const data = await attest(l2.client(payer), { gate: addressOf('AttestationGate'), account: by, ...term })
      const types = [{ type: 'address' }, { type: 'uint64' }, { type: 'uint64' }, { type: 'bytes' }] as const
      const [, issuedAt, expiresAt, attestation] = decodeAbiParameters(types, data)
      return { attester: by.address, issuedAt, expiresAt, attestation }
    }
    const prove = (user: number, attested: Awaited<ReturnType<typeof given>>) =>
      byAccount(user, (signed) => ({ kind: 'attestation', ...signed, ...attested }))
    const term = { subject: l2.account(6).address, issuedAt: time - 1n, expiresAt: time + 3_600n }
    expect(await gateway.draftTokens(1, prove(6, await given(term)))).toHaveLength(1)
    const wrong = [
      prove(5, await given(term)),
      prove(6, await given({ ...term, expiresAt: time - 1n })),
      prove(6, await given(term, privateKeyToAccount(generatePrivateKey()))),
      prove(6, { ...(await given(term)), expiresAt: time + 7_200n }),
    ]
    for (const each of wrong) await expect(gateway.draftTokens(1, each)).rejects.toMatchObject(refused('PROOF_INVALID'))
  })

  test('jwt › counts by its issuer’s key, for its audience, in its time', async () => {
    const gateway = await startGateway()
    const seconds = Math.floor(Date.now() / 1_000)
    const good = { iss: 'https://app.example', aud: 'parley', sub: 'alice', exp: seconds + 600 }
    const jwt = (claims: object, header: object = { alg: 'EdDSA' }, key = application.privateKey): ProofMaker => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const signed = `${part(header)}.${part(claims)}`
      const signature = sign(undefined, Buffer.from(signed), key).toString('base64url')
      return () => ({ kind: 'jwt', token: `${signed}.${signature}` })
    }
    expect(await gateway.draftTokens(1, jwt(good))).toHaveLength(1)
    const wrong = [
      jwt({ ...good, iss: 'https://other.example' }),
      jwt({ ...good, aud: 'other' }),
      jwt({ ...good, exp: seconds - 1 }),
      jwt({ ...good, exp: undefined }),
      jwt({ ...good, nbf: seconds + 600 }),
      jwt({ ...good, sub: '' }),
      jwt(good, { alg: 'none' }),
      jwt(good, { alg: 'EdDSA', crit: ['exp'] }),
      jwt(good, { alg: 'EdDSA' }, generateKeyPairSync('ed25519').privateKey),
      () => ({ kind: 'jwt', token: 'a.b' }) as const,
    ]
    for (const each of wrong) await expect(gateway.draftTokens(1, each)).rejects.toMatchObject(refused('PROOF_INVALID'))
  })
})

test('token keys › sign for a week and count for two, over restarts', async () => {
  const clock = new ManualClock()
  const store = textStore()
  const keys = await TokenKeys.open(clock, store)
  const [first, same] = await Promise.all([keys.current(), keys.current()])
  expect(same).toBe(first)
  await store.put(`spent ${String(first.from).padStart(16, '0')} ff`, '')
  clock.advance(7 * 86_400_000 - 1)
  expect(await keys.current()).toBe(first)
  clock.advance(1)
  const second = await keys.current()
  expect(second.id.equals(first.id)).toBe(false)
  expect(keys.find(first.id)).toBe(first)
  const again = await TokenKeys.open(clock, store)
  expect((await again.current()).id.equals(second.id)).toBe(true)
  expect(again.find(first.id)?.id.equals(first.id)).toBe(true)
  clock.advance(7 * 86_400_000)
  expect(again.find(first.id)).toBeUndefined()
  await again.current()
  expect(await store.keys({ gte: 'spent ', lt: 'spent~' }).all()).toEqual([])
})
