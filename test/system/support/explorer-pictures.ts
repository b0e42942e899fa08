import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildExplorer, fillExplorer, type Settings } from '@parley/explorer'
import { type PageServer, servePage } from '@parley/pages'
import { TestBrowser } from './browser.ts'
import { ExplorerStack } from './explorer-stack.ts'
import { ExplorerVisit, explorerPages } from './explorer-visit.ts'
import { type Recording, record, replay } from './recorded.ts'

const pathOf = (path: string): string => fileURLToPath(new URL(`../../../explorer/${path}`, import.meta.url))

/** Where the reference pictures of the explorer are. */
export const explorerPicturesFolder = pathOf('pictures')

/** What has a reference picture, by name: what people see most, and each kind of part. */
export const explorerPictured = {
  overview: '#/',
  claim: '#/claim/1',
  conversation: '#/conversation/3/0',
  untrue: '#/conversation/3/0',
} as const satisfies Readonly<Record<string, (typeof explorerPages)[number]>>

/** What is answered in a picture's place where that is another than was recorded: `untrue` is of a node that lies by one byte. */
export const changedFor = (name: string) => (answers: Recording) => (name === 'untrue' ? oneByteOff(answers) : answers)

function oneByteOff(answers: Recording): Recording {
  const [key, answer] =
    Object.entries(answers).find(([asked]) => asked.includes('/v1/conversations/3/0?at=latest ')) ?? []
  if (key === undefined || answer === undefined) throw new TypeError('the conversation was not recorded')
  const bytes = Buffer.from(answer.body, 'base64')
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
  return { ...answers, [key]: { ...answer, body: bytes.toString('base64') } }
}

/** Names that stand in for the servers of the recorded stack. */
const standIns = { node: 'http://node.example', l2Url: 'http://l2.example', sequencer: 'http://sequencer.example' }

/** What a stack answered to every page once. */
interface RecordedStack {
  readonly settings: Settings
  readonly contact: string
  /** When it was recorded, in milliseconds since 1970: the time on every picture. */
  readonly at: number
  readonly answers: Recording
}

const recordedFile = pathOf('test/recorded.json')

/** The explorer over recorded answers, in a browser. */
export class RecordedExplorer implements AsyncDisposable {
  private readonly stack: RecordedStack
  private readonly server: PageServer
  private readonly browser: TestBrowser

  private constructor(stack: RecordedStack, server: PageServer, browser: TestBrowser) {
    this.stack = stack
    this.server = server
    this.browser = browser
  }

  static async open(): Promise<RecordedExplorer> {
    const stack = JSON.parse(await readFile(recordedFile, 'utf8')) as RecordedStack
    const server = await servePage(fillExplorer(await buildExplorer(), stack.settings))
    return new RecordedExplorer(stack, server, await TestBrowser.launch())
  }

  /** A window whose servers answer as it was recorded. @param changed - What is answered otherwise. */
  visit(changed: (answers: Recording) => Recording = (answers) => answers): Promise<ExplorerVisit> {
    const { contact, at, answers } = this.stack
    return ExplorerVisit.open(this.browser, this.server.url, contact, { width: 1280 }, async (page) => {
      await page.clock.setFixedTime(at)
      await replay(page, changed(answers), Object.values(standIns))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser[Symbol.asyncDispose]()
    await this.server.close()
  }
}

/** Starts a stack, looks at every page, and keeps what was answered. */
export async function recordExplorer(): Promise<void> {
  const stack = await ExplorerStack.start()
  try {
    const settings = { ...stack.settings, ...standIns }
    await using browser = await TestBrowser.launch()
    const server = await servePage(fillExplorer(await buildExplorer(), settings))
    let answers: Recording = {}
    const { node, l2Url = '', sequencer = '' } = stack.settings
    const real = { [standIns.node]: node, [standIns.l2Url]: l2Url, [standIns.sequencer]: sequencer }
    const visit = await ExplorerVisit.open(browser, server.url, stack.contact, { width: 1280 }, async (page) => {
      answers = await record(page, real)
    })
    for (const address of explorerPages) await visit.show(address)
    await visit.page.close()
    await server.close()
    const recorded: RecordedStack = { settings, contact: stack.contact, at: Date.now(), answers }
    await writeFile(recordedFile, `${JSON.stringify(recorded, undefined, 1)}\n`)
  } finally {
    await stack.stop()
  }
}
