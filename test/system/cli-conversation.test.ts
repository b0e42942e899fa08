import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memberKey } from '@parley/protocol'
import { bytesToHex, getAddress } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Speaker } from './support/conversations.ts'
import { digestOf } from './support/digest.ts'
import { eventually, untilStatus } from './support/eventually.ts'
import { runCommand } from './support/parley.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'

const within = { timeout: 600_000 }

let rollup: Rollup
let node: RunningNode
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-cli-conversation-'))
  rollup = await Rollup.start()
  node = await rollup.startNode()
  await rollup.startBatcher()
}, 360_000)
afterAll(async () => {
  await rollup?.stop()
  await rm(directory, { recursive: true, force: true })
})

/** Runs a command with the owner's key, and with the member key of a name when one is given. */
async function run(member: string | undefined, ...args: string[]) {
  const owner = rollup.roles.users[0]!.secret
  const { code, stdout, stderr } = await runCommand(args, {
    PARLEY_L2_URL: rollup.chain.url,
    PARLEY_L2_ROLLUP: bytesToHex(rollup.deployment.rollup),
    PARLEY_L2_POLL_MS: '100',
    PARLEY_SEQUENCER_URL: rollup.sequencer.url,
    PARLEY_NODE_URL: node.url,
    PARLEY_L2_KEY: bytesToHex(owner),
    ...(member === undefined ? {} : { PARLEY_MEMBER_KEY: `file:${await keyFile(member)}` }),
  })
  return { code, stderr, told: stdout === '' ? undefined : JSON.parse(stdout) }
}

async function keyFile(name: string): Promise<string> {
  const path = join(directory, `${name}.key`)
  await writeFile(path, `${bytesToHex(digestOf(name))}\n`, { mode: 0o600 })
  return path
}

async function told(member: string | undefined, ...args: string[]) {
  const { code, stderr, told } = await run(member, ...args, '--json')
  expect([code, stderr.replace(/^waiting until .*$/gm, '').trim()]).toEqual([0, ''])
  return told
}

/** A file with the consent of a member of a name. */
async function consentOf(name: string, conversation: string): Promise<string> {
  const path = join(directory, `${name}-${conversation.replace('/', '-')}.json`)
  await writeFile(path, JSON.stringify(await told(name, 'conversation', 'consent', conversation)))
  return path
}

/** What is asked for, while one message after the other is claimed until it is there. */
async function whileClaimed<T>(speaker: Speaker, ask: () => Promise<T>): Promise<T> {
  let asking = true
  const asked = ask().finally(() => {
    asking = false
  })
  while (asking) {
    const { block: before } = await node.part.status()
    await rollup.say(speaker, 1)
    await untilStatus(node.part, `a claim beyond block ${before}`, ({ block }) => block > before || !asking)
  }
  return asked
}

describe('parley account, conversation, send and read', () => {
  test('a conversation › is paid for, created, joined, spoken in and read with its proof', within, async () => {
    const opened = await told(undefined, 'account', 'open', '7', '100000000000')
    expect(opened).toMatchObject({ account: '7/0', balance: '100000000000', nonce: '0' })
    await told(undefined, 'account', 'deposit', '7', '1000000000')
    const { conversation } = await told('ann', 'conversation', 'create', '7/0')
    expect(conversation).toBe('7/0')
    const said = join(directory, 'said')
    const sent = await told('ann', 'send', '7/0', 'hello', '--contents', said)
    expect(sent).toMatchObject({ conversation: '7/0', position: '0', slot: 0 })
    const added = await told('ann', 'conversation', 'add', '7/0', await consentOf('bob', '7/0'))
    expect(added).toMatchObject({ slot: 1, allowance: expect.stringMatching(/^4\d{8}$/) })
    const { members } = await told(undefined, 'conversation', 'show', '7/0')
    expect(members).toMatchObject([
      { role: 'admin' },
      { role: 'member', key: bytesToHex(memberKey(digestOf('bob')).key) },
    ])
    const read = await told(undefined, 'read', '7/0', '--until', 'claimed', '--block', added.block, '--contents', said)
    expect(read).toMatchObject({ grade: expect.stringMatching(/on the L2$/), conversation: '7/0' })
    expect(read.entries).toMatchObject([
      { slot: 0, text: 'hello', content: sent.content },
      { change: { signer: 0, add: [{ role: 'member' }] } },
    ])
    const account = await told(undefined, 'account', 'show', '7/0')
    const owner = getAddress(rollup.roles.users[0]!.address)
    expect(account).toMatchObject({ account: '7/0', shown: { owner, grade: expect.stringMatching(/on the L2$/) } })
    expect(await readFile(join(said, sent.content), 'utf8')).toBe('hello')
  })

  test('members › exchange their keys, get roles and leave', within, async () => {
    const { account } = await told(undefined, 'account', 'open', '8', '100000000000')
    const { conversation } = await told('ann', 'conversation', 'create', account)
    const membersOf = async () => (await told(undefined, 'conversation', 'show', conversation)).members
    const keyOf = (name: string) => bytesToHex(memberKey(digestOf(name)).key)
    const consent = await consentOf('bob', conversation)
    expect(await told('ann', 'conversation', 'add', conversation, consent, '--allowance', '123456789')).toMatchObject({
      allowance: '123456789',
    })
    await told('bob', 'conversation', 'exchange', conversation, await keyFile('bill'))
    await told('ann', 'conversation', 'role', conversation, '1', 'admin')
    expect(await membersOf()).toMatchObject([
      { role: 'admin', key: keyOf('ann') },
      { role: 'admin', key: keyOf('bill') },
    ])
    await told('ann', 'conversation', 'role', conversation, '1', 'member')
    await told('ann', 'conversation', 'remove', conversation, '1')
    await told('ann', 'conversation', 'add', conversation, await consentOf('eve', conversation))
    await told('ann', 'conversation', 'remove', conversation, '0')
    expect(await membersOf()).toMatchObject([{ role: 'none' }, { role: 'member', key: keyOf('eve') }])
    // The former key is no member any more.
    expect((await run('bob', 'send', conversation, 'hello')).stderr).toContain('NOT_A_MEMBER')
  })

  test('consent › is refused for another conversation, or once its place was filled', within, async () => {
    const { account } = await told(undefined, 'account', 'open', '11', '100000000000')
    const here = (await told('ann', 'conversation', 'create', account)).conversation
    const there = (await told('ann', 'conversation', 'create', account)).conversation
    const consent = await consentOf('bob', here)
    const refused = async (conversation: string, ...more: string[]) => {
      const { code, stderr } = await run('ann', 'conversation', 'add', conversation, consent, ...more)
      return [code, stderr]
    }
    const other = `CONSENT_OTHER: .*expected ${there} of chain 901, 0x.* received ${here} of chain 901, 0x`
    expect(await refused(there)).toEqual([1, expect.stringMatching(other)])
    const short = 'ALLOWANCE_TOO_LOW, .*does not cover.*, allowance 1000000000'
    expect(await refused(here, '--allowance', '1000000001')).toEqual([1, expect.stringMatching(short)])
    await told('ann', 'conversation', 'add', here, consent)
    expect(await refused(here)).toEqual([1, expect.stringMatching('CONSENT_OUTDATED.*slot 1.*has a member')])
    await told('ann', 'conversation', 'remove', here, '1')
    expect(await refused(here)).toEqual([1, expect.stringMatching('CONSENT_OUTDATED.*slot 1.*nonce is 2, not 0')])
  })

  test('conversation create › refuses an account of somebody else, and names both', within, async () => {
    const [mine, theirs] = [rollup.roles.users[0]!.address, rollup.roles.funder.address]
    const { account } = await told(undefined, 'account', 'deposit', '10', '100000000000', theirs)
    await eventually('the account', () => rollup.client.account(10, Number(account.split('/')[1])))
    const { code, stderr } = await run('ann', 'conversation', 'create', account)
    const named = new RegExp(`ACCOUNT_NOT_YOURS: .*place ${account}, owner ${theirs}, yours ${mine}`, 'i')
    expect([code, stderr]).toEqual([1, expect.stringMatching(named)])
  })

  test('read --until final › ends while later claims go on coming', within, async () => {
    const speaker = await rollup.converse(3)
    const place = `3/${speaker.index}`
    const { code, told } = await whileClaimed(speaker, () =>
      run(undefined, 'read', place, '--until', 'final', '--json'),
    )
    expect([code, told]).toEqual([0, expect.objectContaining({ conversation: place, grade: 'final on the L2' })])
  })

  test(
    'money › pays for messages, is taken out by the sequencer or past it, and paid on the L2 once that is final',
    within,
    async () => {
      const { account } = await told(undefined, 'account', 'open', '12', '100000000000')
      const { conversation } = await told('ann', 'conversation', 'create', account)
      for (const words of ['hello', 'goodbye']) await told('ann', 'send', conversation, words)
      const { block } = await told(undefined, 'account', 'withdraw', account, '1000000')
      const to = `0x${'ca'.repeat(20)}` as const
      const paid = await told(undefined, 'account', 'collect', account, to, '--block', block)
      expect(paid).toMatchObject({ account, paid: '1000000', recipient: expect.stringMatching(/^0x(ca){20}$/i) })
      expect(await rollup.l2.getBalance({ address: to })).toBe(1_000_000n * 1_000_000n)
      const forced = await told(undefined, 'account', 'withdraw', account, '2000000', '--force')
      expect(forced).toMatchObject({ account, forced: '2000000' })
      const again = await told(undefined, 'account', 'collect', account)
      const { code, stderr } = await run(undefined, 'account', 'withdraw', account, '100000000000', '--force')
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/argument amount, reason must be at most \d+ mwei, which the account has/),
      ])
      expect(again).toMatchObject({ paid: '2000000', recipient: getAddress(rollup.roles.users[0]!.address) })
    },
  )

  test('refusals › are coded faults that name what is wrong', within, async () => {
    const codes: [args: string[], code: string, exit?: number][] = [
      [['send', '9/0', 'hello'], 'CONVERSATION_UNKNOWN'],
      [['read', '9/0'], 'CONVERSATION_UNKNOWN'],
      [['send', '7/0', 'hello'], 'NOT_A_MEMBER'],
      [['conversation', 'create', '9/9'], 'ACCOUNT_UNKNOWN'],
      [['account', 'open', '64', '1'], 'ARGUMENT_INVALID', 2],
      [['account', 'open', '7', '0'], 'ARGUMENT_OUT_OF_RANGE', 2],
      [['account', 'open', '7', `${2n ** 64n - 1n}`], 'ARGUMENT_OUT_OF_RANGE', 2],
      [['read', '64/0'], 'ARGUMENT_INVALID', 2],
      [['read', '7/16777216'], 'ARGUMENT_INVALID', 2],
      [['read', '7/0', '--block', 'x'], 'must be a whole number from 0 to', 2],
      [['account', 'open', '7', '1'], 'Inbox_DepositTooSmall'],
    ]
    for (const [args, code, expected = 1] of codes) {
      const { code: exit, stderr } = await run('stranger', ...args)
      expect([args[0], exit, stderr]).toEqual([args[0], expected, expect.stringContaining(code)])
    }
  })

  test('help › shows how each is used', within, async () => {
    for (const command of ['account open 7', 'conversation create ACCOUNT', 'send CONV', 'conversation role CONV']) {
      const { stdout } = await runCommand([...command.split(' ').slice(0, -1), '--help'])
      expect(stdout).toContain(`Examples:\n  parley ${command}`)
    }
  })
})
