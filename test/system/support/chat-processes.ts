import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MessagingStack } from '@parley/lab'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import { ParleyProcess } from './parley.ts'

/** Something that a chat printed. */
interface Shown {
  readonly type: string
  readonly [name: string]: unknown
}

/** A `parley chat` that a test types into. */
class ChatProcess {
  private readonly process: ParleyProcess
  private read = 0

  constructor(process: ParleyProcess) {
    this.process = process
  }

  /** Types a line. @returns what became of it. */
  async type(line: string): Promise<Shown> {
    this.read = this.process.stdout.length
    this.process.type(line)
    const from = this.read
    return this.first((shown) => shown.type === 'done' || shown.type === 'refused', line, from)
  }

  /** As `type`, for what must not be refused. */
  async does(line: string): Promise<Shown> {
    const shown = await this.type(line)
    expect([line, shown]).toEqual([line, expect.objectContaining({ type: 'done' })])
    return shown
  }

  /** The first thing of a type that it printed, or will. */
  first(fits: (shown: Shown) => boolean, what: string, from = 0): Promise<Shown> {
    return this.process.until(what, () =>
      this.process.stdout
        .slice(from)
        .map((line) => JSON.parse(line) as Shown)
        .find(fits),
    )
  }

  hears(content: string, fits: (shown: Shown) => boolean = () => true): Promise<Shown> {
    return this.first((shown) => shown.type === 'message' && shown.content === content && fits(shown), content)
  }

  get shown(): readonly Shown[] {
    return this.process.stdout.map((line) => JSON.parse(line) as Shown)
  }

  async quit(): Promise<void> {
    this.process.type('/quit')
    expect(await this.process.ended).toBe(0)
  }

  kill(): Promise<void> {
    return this.process.kill()
  }
}

/** Two people at terminals, as processes of their own, on a stack; a second device of one of them comes and goes. */
export async function talkByTerminals({ places }: MessagingStack, directory: string): Promise<void> {
  const { l2Url, rollup, sequencerUrl, nodeUrl = '' } = places
  const { directory: contacts, inbox, gateways, storeUrls } = places.messaging as NonNullable<typeof places.messaging>
  const urls = ['--l2', l2Url, '--rollup', rollup, '--directory', contacts, '--public-inbox', inbox]
  const servers = ['--sequencer', sequencerUrl, '--node', nodeUrl, '--content-stores', storeUrls.join(',')]
  const flags = [...urls, ...servers, '--gateways', gateways.map(({ url }) => url).join(',')]
  const running: ChatProcess[] = []
  const at = (name: string): string => join(directory, name)
  const start = (name: string, env: Readonly<Record<string, string>> = {}): ChatProcess => {
    const chat = new ChatProcess(new ParleyProcess(['chat', '--json', '--data', at(name), ...flags], env, 'pipe'))
    running.push(chat)
    return chat
  }
  const ready = (chat: ChatProcess): Promise<Shown> => chat.first(({ type }) => type === 'ready', 'ready')
  await mkdir(directory, { recursive: true })
  try {
    const [alice, bob] = [start('chat-alice'), start('chat-bob')]
    const [{ identity: alices }, { identity: bobs }] = await Promise.all([ready(alice), ready(bob)])
    await Promise.all([alice.does('/register'), bob.does('/register')])

    await alice.does(`/invite ${bobs} "Lunch on Friday" Noon at Luigi’s?`)
    expect(await bob.first(({ type }) => type === 'request', 'a request')).toMatchObject({
      number: 0,
      kind: 'conversation',
      sender: alices,
      verified: true,
      title: 'Lunch on Friday',
      text: 'Noon at Luigi’s?',
    })
    await bob.does('/accept 0')
    await alice.first(({ type }) => type === 'membership', 'Bob')
    await alice.does('//me is a text here')
    const great = await bob.hears('text')
    expect(great).toMatchObject({ sender: alices, own: false, verified: true, text: '/me is a text here' })

    await bob.does(`/reply ${great.position} So it "is"`)
    await bob.does(`/react ${great.position} 👍`)
    expect(await alice.hears('reply')).toMatchObject({ to: great.id, answer: { content: 'text', text: 'So it "is"' } })
    expect(await alice.hears('reaction')).toMatchObject({ to: great.id, sign: '👍', act: 'added' })

    const file = randomBytes(300_000)
    await writeFile(at('sent.bin'), file)
    await alice.does(`/attach ${at('sent.bin')}`)
    const { position } = await bob.hears('attachment', ({ name, size }) => name === 'sent.bin' && size === file.length)
    await bob.does(`/save ${position} ${at('saved.bin')}`)
    expect(file.equals(await readFile(at('saved.bin')))).toBe(true)
    expect(await bob.type(`/save ${position} ${at('saved.bin')}`)).toMatchObject({ fault: { code: 'SYSTEM_REFUSED' } })

    for (const line of ['/invite nobody Lunch', '/sing', '/reply 99 what?', '/open 1/1', '/accept', 'x'.repeat(65_537)])
      expect(await bob.type(line)).toMatchObject({ type: 'refused', fault: { code: 'ARGUMENT_INVALID' } })

    const numberOf = async (chat: ChatProcess): Promise<unknown> =>
      ((await chat.does('/safety')).numbers as readonly Shown[])[0]?.number
    const [seen, shown] = await Promise.all([numberOf(alice), numberOf(bob)])
    expect([seen, shown]).toEqual([expect.stringMatching(/^(\d{5} ){7}\d{5}$/), seen])
    await alice.does(`/compared ${bobs}`)
    expect(await alice.does('/verify')).toMatchObject({ sameAsHere: expect.toBeOneOf([true, null]) })

    const key = await readFile(at('chat-bob/wallet.key'), 'utf8')
    const phone = start('chat-phone', { PARLEY_CHAT_KEY: key.trim() })
    const { identity: same, device, code } = await ready(phone)
    expect(same).toBe(bobs)
    await phone.does('/register')
    expect(await bob.type('/confirm 1234 5678 9012')).toMatchObject({ fault: { code: 'DEVICE_UNKNOWN' } })
    expect(await bob.does(`/confirm ${code}`)).toMatchObject({ device })
    const { number } = await phone.first(({ type, kind }) => type === 'request' && kind === 'device', 'a device')
    await phone.does(`/accept ${number}`)
    await phone.first(({ type }) => type === 'joined', 'keys')
    await phone.does('From my phone')
    expect(await alice.hears('text', ({ text }) => text === 'From my phone')).toMatchObject({ sender: bobs, device })
    await alice.first(({ type, standing }) => type === 'safety' && standing === 'changed', 'another number')
    await eventually('what was said before on the new device', async () => {
      const { messages } = await phone.does('/history')
      const kinds = (messages as Shown[]).map(({ content }) => content)
      return ['text', 'reply', 'reaction', 'attachment'].every((kind) => kinds.includes(kind)) || undefined
    })

    await bob.does(`/revoke ${device}`)
    const refused = await eventually('a device that is shut out', async () => {
      const shown = await phone.type('Still here')
      return shown.type === 'refused' ? shown : undefined
    })
    expect(refused).toMatchObject({ fault: { code: expect.stringMatching(/^(INSTALLATION_REVOKED|NOT_A_MEMBER)$/) } })
    await bob.does('Only my laptop now')
    await alice.hears('text', ({ text }) => text === 'Only my laptop now')
    expect(await bob.does('/devices')).toMatchObject({ devices: [expect.objectContaining({ this: true })] })

    const { words } = await alice.does(`/recovery ${at('alice.recovery')}`)
    expect(`${words}`.split(' ')).toHaveLength(24)
    expect(await alice.does(`/export ${at('archive')}`)).toMatchObject({ segments: 1 })
    expect(await alice.does(`/import ${at('archive')}`)).toMatchObject({ unknown: 0 })
    expect(await bob.type(`/import ${at('archive')}`)).toMatchObject({ fault: { code: 'ARCHIVE_LOCKED' } })

    await alice.quit()
    const again = start('chat-alice')
    expect(await ready(again)).toMatchObject({ identity: alices, registered: true })
    await bob.does('Are you back?')
    await again.hears('text', ({ text }) => text === 'Are you back?')
    // What was shown before the restart is not shown again.
    expect(again.shown.filter(({ type }) => type === 'message')).toHaveLength(1)
    await again.quit()
  } finally {
    await Promise.all(running.map((each) => each.kill()))
  }
}
