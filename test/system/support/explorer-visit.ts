import type { Page } from 'playwright-core'
import type { TestBrowser, View, Visit } from './browser.ts'
import { violationsOf } from './looks.ts'

/** Every page, by its address; in place of the contact's address stands 0x. */
export const explorerPages = [
  '#/',
  '#/blocks',
  '#/block/1',
  '#/claims',
  '#/claim/1',
  '#/conversations',
  '#/conversation/3/0',
  '#/account/3/0',
  '#/contact/0x',
  '#/parts',
  '#/network',
  '#/about',
] as const

/** The four ways in which each is looked at. */
export const explorerViews = [
  { width: 320, colorScheme: 'light' },
  { width: 320, colorScheme: 'dark' },
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
] as const satisfies readonly View[]

/** The page once it has what it asked for. By its policy it evaluates no text, so what waits must be a selector. */
const settled = 'main:has(h1):not(:has-text("Asking…"))'

/** A window in which the explorer is open. */
export class ExplorerVisit {
  readonly visit: Visit
  private readonly url: string
  private readonly contact: string

  private constructor(visit: Visit, url: string, contact: string) {
    this.visit = visit
    this.url = url
    this.contact = contact
  }

  static async open(
    browser: TestBrowser,
    url: string,
    contact: string,
    view: View = { width: 1280 },
    prepare: (page: Page) => Promise<unknown> = async () => undefined,
  ): Promise<ExplorerVisit> {
    const visit = await browser.visit('about:blank', view)
    await prepare(visit.page)
    return new ExplorerVisit(visit, url, contact)
  }

  get page(): Page {
    return this.visit.page
  }

  /** Opens a page anew, and waits until it shows what it asked for. */
  async show(address: string): Promise<void> {
    const which = address === '#/contact/0x' ? `#/contact/${this.contact}` : address
    // Another query, so that the page is loaded and not only moved to.
    await this.page.goto(`${this.url}/?${encodeURIComponent(which)}${which}`)
    await this.settled()
  }

  async settled(): Promise<void> {
    await this.page.locator(settled).waitFor({ timeout: 360_000 })
  }

  async look({ width, colorScheme }: View): Promise<void> {
    await this.page.setViewportSize({ width, height: 800 })
    await this.page.emulateMedia({ colorScheme: colorScheme ?? 'light' })
  }

  /** What is wrong with how the page looks, in each of some ways. */
  async wrongs(views: readonly View[] = explorerViews): Promise<readonly string[]> {
    const wrong: string[] = []
    for (const view of views) {
      await this.look(view)
      const found = [...(await violationsOf(this.page)), ...(await this.visit.overflowing())]
      wrong.push(...found.map((each) => `${view.width} ${view.colorScheme}: ${each}`))
    }
    return wrong
  }
}
