import { buildExplorer, fillExplorer } from '@parley/explorer'
import { type PageFiles, type PageServer, servePage } from '@parley/pages'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestBrowser } from './support/browser.ts'
import { ExplorerStack } from './support/explorer-stack.ts'
import { ExplorerVisit, explorerPages } from './support/explorer-visit.ts'

let stack: ExplorerStack
let files: PageFiles
let page: PageServer
let browser: TestBrowser
let seen: ExplorerVisit
beforeAll(async () => {
  files = await buildExplorer()
  stack = await ExplorerStack.start()
  page = await servePage(fillExplorer(files, stack.settings))
  browser = await TestBrowser.launch()
  seen = await open()
}, 600_000)
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await page?.close()
  await stack?.stop()
})

const open = (prepare?: (page: Page) => Promise<unknown>): Promise<ExplorerVisit> =>
  ExplorerVisit.open(browser, page.url, stack.contact, { width: 1280 }, prepare)

/** Lets a window’s node lie: of each answer that a path names, one bit of one byte is another. */
async function lie(window: Page, path: RegExp, spoil: (body: Buffer) => void): Promise<void> {
  await window.route(
    (url) => url.href.startsWith(stack.settings.node) && path.test(url.pathname),
    async (route) => {
      const response = await route.fetch()
      const body = await response.body()
      spoil(body)
      await route.fulfill({ response, body })
    },
  )
}

/** Flips a bit of a byte counted from the end. */
const flipAt =
  (fromEnd: number) =>
  (body: Buffer): void => {
    const at = body.length - fromEnd
    body[at] = (body[at] as number) ^ 1
  }

/** Another last digit of a field of JSON. */
const changeDigit =
  (field: string) =>
  (body: Buffer): void => {
    const at = body.indexOf(`"${field}":"0x`)
    if (at === -1) throw new TypeError(`no ${field} in the answer`)
    const digit = body.indexOf('"', at + field.length + 5) - 1
    body[digit] = body[digit] === 0x30 ? 0x31 : 0x30
  }

describe('the explorer, on a real node', () => {
  test.each(explorerPages)(
    '%s › axe finds nothing, nothing stands out sideways, and no error is met',
    async (address) => {
      await seen.show(address)
      expect(await seen.page.locator('.failed').allInnerTexts()).toEqual([])
      expect(await seen.wrongs()).toEqual([])
      expect(seen.visit.errors).toEqual([])
    },
  )

  test('it asks the page, the node, the sequencer and the L2, and nobody else', () => {
    const { node, l2Url, sequencer } = stack.settings
    const origins = new Set(seen.visit.requests.map((url) => new URL(url).origin))
    expect([...origins].toSorted()).toEqual([page.url, node, l2Url, sequencer].toSorted())
  })

  test('its policy › keeps it from asking anybody else', async () => {
    const own = await open()
    await own.show('#/')
    const asked = own.page.evaluate(`fetch('http://127.0.0.1:9/').then(() => 'answered', () => 'refused')`)
    expect(await asked).toBe('refused')
    expect(own.visit.errors.join()).toContain('Content Security Policy')
  })

  test.each([
    ['#/', 'final on the L2'],
    ['#/block/1', 'final on the L2'],
    ['#/claim/1', 'final on the L2'],
    ['#/account/3/0', 'final on the L2'],
    ['#/conversation/3/0', 'Complete'],
    ['#/contact/0x', 'read from the L2'],
  ])('%s › says how far it was checked, and by what', async (address, words) => {
    await seen.show(address)
    const checked = await seen.page.locator('.checked').innerText()
    expect(checked).toContain(words)
    expect(checked.length).toBeGreaterThan(80)
  })

  test('a conversation › is shown with all that was said in it', async () => {
    await seen.show('#/conversation/3/0')
    expect(await seen.page.locator('.checked').innerText()).toContain('over all its 12 messages and 0 changes')
    expect(
      await seen.page
        .getByRole('table', { name: /Entries 0 to 11 of 12/ })
        .locator('tbody tr')
        .count(),
    ).toBe(12)
  })

  const lies: readonly (readonly [
    what: string,
    address: string,
    path: RegExp,
    spoil: (body: Buffer) => void,
    code: string,
  ])[] = [
    ['a conversation’s last member', '#/conversation/3/0', /^\/v1\/conversations\/3\/0$/, flipAt(1), 'PROOF_INVALID'],
    ['a word said', '#/conversation/3/0', /\/messages$/, flipAt(1), 'HISTORY_INCOMPLETE'],
    ['an account', '#/account/3/0', /^\/v1\/accounts/, flipAt(1), 'PROOF_INVALID'],
    ['a block’s runs', '#/block/1', /^\/v1\/blocks\/1$/, flipOctets(1), 'HEADER_MISMATCH'],
    ['a block’s state root', '#/blocks', /^\/v1\/blocks\/1$/, changeDigit('stateRoot'), 'HEADER_MISMATCH'],
    ['a claim’s core', '#/claim/1', /^\/v1\/claims/, changeDigit('coreRoot'), 'CLAIM_MISMATCH'],
  ]
  test.each(lies)('a node that lies by one byte about %s › is shown as such', async (_, address, path, spoil, code) => {
    const own = await open((window) => lie(window, path, spoil))
    await own.show(address)
    const told = own.page.getByRole('alert').filter({ hasText: 'This node’s answer does not hold' })
    expect(await told.innerText()).toContain(code)
    expect(await own.page.locator('.checked, table').count()).toBe(0)
    await own.page.close()
  })

  test('without an L2 › nothing is called claimed, final or complete', async () => {
    const { node } = stack.settings
    await using served = await serveAlone(node)
    const own = await ExplorerVisit.open(browser, served.url, stack.contact)
    for (const address of explorerPages.slice(0, 8)) {
      await own.show(address)
      const main = own.page.locator('main')
      for (const tick of ['.tick.claimed', '.tick.final'])
        expect(await main.locator(`${tick}:not(.legend *)`).count(), `${address} ${tick}`).toBe(0)
      expect(await main.locator('.checked strong').allInnerTexts(), address).not.toContain('Complete')
    }
    await own.page.close()
  })

  test('a node that is away › is told from one that lies', async () => {
    await using served = await serveAlone('http://127.0.0.1:9')
    const own = await ExplorerVisit.open(browser, served.url, stack.contact)
    await own.show('#/claims')
    expect(await own.page.getByRole('alert').innerText()).toContain('No answer')
    expect(await own.page.locator('.untrue').count()).toBe(0)
    await own.page.close()
  })

  test('with the keyboard alone › a conversation is searched for, found, and gone through', async () => {
    const own = await open()
    await own.show('#/')
    await own.page.keyboard.press('Control+Home')
    await focus(own.page, 'Search')
    await own.page.keyboard.type('3/0')
    await own.page.keyboard.press('Enter')
    await own.page.getByRole('heading', { name: 'Conversation 3/0' }).waitFor()
    await own.settled()
    // The heading of what came has the focus.
    expect(await own.page.evaluate('document.activeElement.tagName')).toBe('H1')
    await focus(own.page, 'latest verified')
    await own.page.keyboard.press('ArrowDown')
    await own.settled()
    expect(await own.page.locator('.checked').innerText()).toContain('Under a final root that is the proof')
    await focus(own.page, /^Entries/)
    await own.page.close()
  })

  test('what the reader enters › is asked from then on, and nothing else', async () => {
    const own = await open()
    await own.show('#/about')
    await own.page.locator('input[name=sequencer]').fill('')
    await own.page.locator('input[name=node]').fill('ftp://node.example')
    await own.page.getByRole('button', { name: 'Ask these' }).click()
    await own.page
      .getByRole('alert')
      .filter({ hasText: /^Node: it must be a URL/ })
      .waitFor()
    await own.page.locator('input[name=node]').fill(stack.settings.node)
    const begunAnew = own.page.waitForEvent('load')
    await own.page.getByRole('button', { name: 'Ask these' }).click()
    await begunAnew
    await own.settled()
    expect(await own.page.locator('input[name=sequencer]').inputValue()).toBe('')
    await own.show('#/network')
    expect(await own.page.locator('main').innerText()).toContain('no sequencer is entered')
    await own.page.close()
  })
})

/** Flips a bit of answers in octets only, counted from the end. */
function flipOctets(fromEnd: number) {
  return (body: Buffer): void => {
    if (body[0] !== 0x7b) flipAt(fromEnd)(body)
  }
}

/** The explorer with a node and no L2. */
async function serveAlone(node: string): Promise<PageServer & AsyncDisposable> {
  const served = await servePage(fillExplorer(files, { node }))
  return { ...served, [Symbol.asyncDispose]: () => served.close() }
}

/** Presses of Tab after which a control is taken to be out of a keyboard's reach. */
const mostTabs = 60

/** Goes to a control by Tab alone. */
async function focus(window: Page, name: string | RegExp): Promise<void> {
  for (let tabs = 0; tabs < mostTabs; tabs += 1) {
    await window.keyboard.press('Tab')
    const said = (await window.evaluate(
      `document.activeElement.getAttribute('aria-label') ?? document.activeElement.labels?.[0]?.textContent ?? ''`,
    )) as string
    if (typeof name === 'string' ? said.includes(name) : name.test(said)) return
  }
  throw new Error(`not reached by ${mostTabs} presses of Tab: ${name}`)
}
