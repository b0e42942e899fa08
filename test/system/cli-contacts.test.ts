import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getInbox } from '@parley/client'
import { type ContractName, contractOf, parseDeployment, writeDeployment } from '@parley/infra'
import { bytesToHex, getAddress, type Hex } from 'viem'
import { sendTransaction } from 'viem/actions'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ContactsL2, startContactsL2 } from './support/contacts.ts'
import { parley, runCommand } from './support/parley.ts'

const within = { timeout: 360_000 }
const hour = 3600
const digest = `0x${'7a'.repeat(32)}`
const another = `0x${'7b'.repeat(32)}`
const key = `did/pub/Ed25519/veriKey/hex=0x${'d7'.repeat(32)}`

let l2: ContactsL2
let directory: string
beforeAll(async () => {
  l2 = await startContactsL2(8, ['contacts', 'inbox', 'reputation', 'treasury'])
  directory = await mkdtemp(join(tmpdir(), 'parley-cli-contacts-'))
})
afterAll(async () => {
  await l2?.chain.stop()
  await rm(directory, { recursive: true })
})

const secretOf = (user: number): Hex => bytesToHex(l2.roles.users[user]!.secret)
const addressOf = (user: number) => getAddress(l2.account(user).address)

/** Runs a command with a user's key. */
async function run(user: number, places: Readonly<Record<string, string>>, ...args: string[]) {
  const env = {
    ...places,
    PARLEY_L2_URL: l2.chain.url,
    PARLEY_L2_DIRECTORY: l2.directory,
    PARLEY_L2_PUBLIC_INBOX: l2.inbox,
    PARLEY_L2_POLL_MS: '50',
    PARLEY_L2_KEY: secretOf(user),
  }
  const ran = await runCommand(args, env)
  expect(ran.stdout + ran.stderr).not.toContain(secretOf(user).slice(2))
  return ran
}

/** The JSON object that a command prints when it succeeds. */
async function told(user: number, ...args: string[]) {
  const { code, stdout, stderr } = await run(user, {}, ...args, '--json')
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout)
}

const sent = { transaction: expect.stringMatching(/^0x/), block: expect.any(String), gas: expect.any(Number) }

describe('parley contact', () => {
  test('contact › register, show, resolve, set, revoke, delegate, owner', within, async () => {
    expect(await told(0, 'contact', 'register', key, `parley/keyPackages=${digest}`)).toEqual(sent)
    const identity = addressOf(0)
    await told(0, 'contact', 'set', identity, 'did/svc/Messaging=0x68', '--validity', '1000')
    await told(0, 'contact', 'revoke', identity, key)
    await told(0, 'contact', 'delegate', identity, 'sigAuth', addressOf(1))
    expect(await told(0, 'contact', 'show', identity)).toMatchObject({
      keyPackages: { digest },
      entries: [{ kind: 'service' }, { kind: 'delegate', name: 'sigAuth' }],
    })
    expect(await told(0, 'contact', 'resolve', identity, '--network', 'parley')).toMatchObject({
      id: `did:ethr:parley:${identity}`,
      service: [{ type: 'Messaging', serviceEndpoint: 'h' }],
    })
    await told(0, 'contact', 'delegate', identity, 'sigAuth', addressOf(1), '--revoke')
    await told(0, 'contact', 'owner', identity, addressOf(1))
    await told(1, 'contact', 'deactivate', identity)
    expect(await told(0, 'contact', 'show', identity)).toMatchObject({ deactivated: true, entries: [] })
  })

  test('contact › what one signs another one sends', within, async () => {
    const path = join(directory, 'authorization.json')
    const signed = await told(2, 'contact', 'register', key, '--sign')
    expect(signed).toMatchObject({ signer: addressOf(2), deadline: expect.any(String) })
    await writeFile(path, JSON.stringify(signed))
    expect(await told(3, 'contact', 'register', key, '--authorization', path)).toEqual(sent)
    const { registeredAt } = await told(3, 'contact', 'show', addressOf(2))
    expect(Number(registeredAt)).toBeGreaterThan(0)
  })

  test('contact › a refusal is a coded fault, and exit code 1', within, async () => {
    const { code, stderr, stdout } = await run(4, {}, 'contact', 'set', addressOf(2), key)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('IDENTITY_NOT_YOURS')
    expect((await run(4, {}, 'contact', 'show', '0x01')).stderr).toContain('ARGUMENT_INVALID')
    expect((await run(4, {}, 'contact', 'set', addressOf(4), 'name')).stderr).toContain('NAME=0x')
  })
})

describe('parley invite', () => {
  test('invite › quote, invite, relay, standing, watch, show, withdraw', within, async () => {
    const recipient = addressOf(5)
    const quote = await told(6, 'invite', 'quote', recipient, digest)
    expect(BigInt(quote.fee)).toBeGreaterThan(0n)
    expect(await told(6, 'invite', 'send', recipient, digest)).toEqual(sent)
    const cursor = join(directory, 'cursor')
    const watch = ['invite', 'watch', recipient, '--once', '--cursor', cursor]
    const first = JSON.parse((await run(5, {}, ...watch)).stdout)
    expect(first).toMatchObject({ count: '1', caughtUp: true, invites: [{ contentDigest: digest }] })
    const signed = join(directory, 'invite.json')
    const relayer = ['--relayer', addressOf(6)]
    const authorization = await told(7, 'invite', 'send', recipient, another, '--sign', ...relayer)
    await writeFile(signed, JSON.stringify(authorization))
    await told(6, 'invite', 'send', recipient, another, '--authorization', signed, ...relayer)
    const second = JSON.parse((await run(5, {}, ...watch)).stdout)
    expect(second).toMatchObject({ count: '2', invites: [{ contentDigest: another, sender: addressOf(7) }] })
    const more = [1, 2].map((each) => `0x${String(each).repeat(64)}`)
    const both = [recipient, more[0]!, addressOf(4), more[1]!]
    const many = await told(6, 'invite', 'send', ...both)
    const delivered = { delivered: true, sequence: expect.any(String), fee: expect.any(String) }
    expect(many).toEqual({ ...sent, invites: [delivered, delivered] })
    const again = await run(6, {}, 'invite', 'send', addressOf(4), `0x${'3'.repeat(64)}`, ...both)
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('INVITE_DELIVERED')])
    expect(await told(4, 'invite', 'show', addressOf(4))).toMatchObject({ count: '1' })
    expect((await run(6, {}, 'invite', 'send', ...both, addressOf(4))).stderr).toContain('digest 3')
    await told(5, 'invite', 'standing', addressOf(7), 'blocked')
    const blocked = await run(7, {}, 'invite', 'quote', recipient, `0x${'01'.repeat(32)}`)
    expect([blocked.code, blocked.stderr]).toEqual([1, expect.stringContaining('INVITE_BLOCKED')])
    const { credit } = await told(5, 'invite', 'show', recipient)
    expect(BigInt(credit)).toBeGreaterThan(0n)
    await told(5, 'invite', 'withdraw')
    expect(await told(5, 'invite', 'show', recipient)).toMatchObject({ count: '3', credit: '0' })
  })

  test('invite › many that others signed are relayed in one transaction', within, async () => {
    const relayer = ['--relayer', addressOf(6)]
    const delivered = { delivered: true, sequence: expect.any(String), fee: expect.any(String) }
    const others = [addressOf(3), `0x${'4'.repeat(64)}`, addressOf(3), `0x${'5'.repeat(64)}`]
    const list = await told(7, 'invite', 'send', ...others, '--sign', ...relayer)
    const signed = join(directory, 'invites.json')
    await writeFile(signed, JSON.stringify(list))
    const relayed = await told(6, 'invite', 'send', ...others, '--authorization', signed, ...relayer)
    expect(relayed).toEqual({ ...sent, invites: [delivered, delivered] })
    const watched = JSON.parse((await run(3, {}, 'invite', 'watch', addressOf(3), '--once')).stdout)
    const byOther = { sender: addressOf(7), payer: addressOf(6) }
    expect(watched.invites).toMatchObject([byOther, byOther])
    const three = [...others, addressOf(3), `0x${'6'.repeat(64)}`]
    const short = await run(6, {}, 'invite', 'send', ...three, '--authorization', signed, ...relayer)
    expect([short.code, short.stderr]).toEqual([2, expect.stringContaining('--authorization')])
  })
})

describe('parley invite gate', () => {
  test('invite gate › default, by address, and those of the deployment with their settings', within, async () => {
    const file = join(directory, 'contracts.json')
    await writeDeployment(file, l2.record)
    const gate = async (...args: string[]) => {
      expect(await told(3, 'invite', 'gate', ...args, '--deployment', file)).toMatchObject(sent)
      return getInbox(l2.client(3), { inbox: l2.inbox, recipient: addressOf(3) })
    }
    const at = (name: ContractName) => contractOf(l2.record, name).address
    const quoteOf = (data: string) =>
      run(6, {}, 'invite', 'quote', addressOf(3), another, '--json', '--gate-data', data)
    expect((await gate('flat', '5000000000')).gate).toBe(at('FlatFeeGate'))
    expect(JSON.parse((await quoteOf('0x')).stdout)).toMatchObject({ recipientPart: '4500000000' })
    expect((await gate('demand', '7000000000', '1000000000000', '1', '60', '1')).gate).toBe(at('DemandGate'))
    expect((await gate('attestation', addressOf(1))).gate).toBe(at('AttestationGate'))
    expect((await gate('allow-list', addressOf(6), addressOf(7))).gate).toBe(at('AllowListGate'))
    expect((await quoteOf('0x')).code).toBe(1)
    const { gateData } = await told(6, 'invite', 'proof', addressOf(6), addressOf(7), addressOf(6))
    expect(JSON.parse((await quoteOf(gateData)).stdout)).toMatchObject({ recipientPart: '0' })
    expect((await gate(at('FlatFeeGate'))).gate).toBe(at('FlatFeeGate'))
    expect((await gate('default')).gate).toBe(at('DemandGate'))
    expect((await run(3, {}, 'invite', 'gate', 'nothing')).stderr).toContain('allow-list')
  })
})

describe('parley treasury', () => {
  const reason = 'a grant'

  test('treasury › show, record, reimburse, delegate, propose, vote, proposal, queue, execute', within, async () => {
    const contracts = { treasury: 'Treasury', governor: 'ParleyGovernor', votes: 'ParleyVotes' } as const
    const places = Object.entries(contracts).map(([name, contract]) => [
      `PARLEY_L2_${name.toUpperCase()}`,
      contractOf(l2.record, contract).address,
    ])
    const treasury = async (user: number, ...args: string[]) => {
      const { code, stdout, stderr } = await run(user, Object.fromEntries(places), 'treasury', ...args, '--json')
      return { code, stderr, told: stdout === '' ? undefined : JSON.parse(stdout) }
    }
    const later = async (seconds: number) => {
      await l2.control.increaseTime({ seconds })
      await l2.control.mine({ blocks: 1 })
    }
    const amount = '1000000000'
    const gift = { to: contractOf(l2.record, 'Treasury').address, value: BigInt(amount), chain: null }
    await l2.done(sendTransaction(l2.client(0), { ...gift, account: l2.account(0) }))
    expect((await treasury(2, 'show')).told).toMatchObject({ income: amount, operator: addressOf(1) })
    const unfinal = await treasury(1, 'record', '1', 'claim', '1000000000', digest)
    expect([unfinal.code, unfinal.stderr]).toEqual([1, expect.stringContaining('Treasury_')])
    expect((await treasury(2, 'reimburse', addressOf(1))).stderr).toContain('Treasury_NothingDue')
    expect((await treasury(2, 'record', '1', 'all', '1', digest)).stderr).toContain('core, witness, claim')
    expect((await treasury(0, 'delegate', addressOf(0))).code).toBe(0)
    await later(1)
    const { proposal } = (await treasury(0, 'propose', addressOf(3), amount, reason)).told
    await later(1)
    expect((await treasury(0, 'vote', proposal, 'for')).code).toBe(0)
    await later(hour + 1)
    expect((await treasury(2, 'proposal', proposal)).told).toMatchObject({ state: 'succeeded' })
    const proposed = [addressOf(3), amount, reason, '--proposer', addressOf(0)]
    expect((await treasury(2, 'queue', ...proposed)).told).toMatchObject({ ...sent, proposal })
    await later(hour + 1)
    expect((await treasury(2, 'execute', ...proposed)).code).toBe(0)
    expect((await treasury(2, 'show')).told).toMatchObject({ spent: amount, balance: '0' })
  })
})

describe('parley deploy', () => {
  test('deploy › contacts and inbox without the rollup, then the rollup into the same file', within, async () => {
    const file = join(directory, 'deployment.json')
    const deploy = (...args: string[]) => run(0, {}, 'deploy', '--deployment', file, ...args)
    const { code, stdout } = await deploy('--phases', 'contacts,inbox', '--governance', addressOf(1))
    expect(code).toBe(0)
    const first = parseDeployment(stdout)
    expect([first.rollup, first.contracts.PublicInbox?.address]).toEqual([undefined, expect.any(String)])
    const rollup = ['--sequencer-address', addressOf(1), '--bond-owner', addressOf(3), '--claimer', addressOf(2)]
    const whole = parseDeployment((await deploy('--phases', 'rollup,contacts,inbox', ...rollup)).stdout)
    expect(whole).toEqual({ ...first, rollup: expect.any(Object) })
    expect(parseDeployment(await readFile(file, 'utf8'))).toEqual(whole)
    expect((await deploy('--phases', 'rollup,nothing')).code).toBe(2)
  })
})

describe('parley dev --contacts --inbox --treasury --exit', () => {
  test('dev › registers, resolves, gates and invites, with the gas of each', within, async () => {
    const { code, stdout } = await parley(['dev', '--contacts', '--inbox', '--treasury', '--exit', '--json'])
    expect(code).toBe(0)
    const { contacts, inbox, treasury } = JSON.parse(stdout)
    expect(contacts).toMatchObject({ registered: 2, resolved: 2 })
    expect(inbox).toMatchObject({ invited: 3, watched: 3, refused: 2, refusable: 2 })
    expect(BigInt(treasury.spent)).toBeGreaterThan(0n)
    expect(treasury.spent).toBe(treasury.toSpend)
    for (const gas of [contacts.gas, inbox.gas, treasury.gas])
      for (const amount of Object.values(gas)) expect(amount).toBeGreaterThan(21_000)
  })

  test('dev › with nothing to go through is a mistake of usage', within, async () => {
    const { code, stderr } = await parley(['dev', '--exit'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--contacts')])
  })
})
