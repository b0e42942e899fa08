import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { unpackBrowser } from './unpack-browser.ts'

export interface Visit {
  readonly page: Page
  /** Errors on the console, exceptions, and requests that failed. */
  readonly errors: readonly string[]
  /** Addresses asked for besides the page itself. */
  readonly requests: readonly string[]
  /** How many elements of the kind are seen: laid out with a width and a height. */
  visible(selector: string): Promise<number>
  /** What stands out of the page sideways and cannot be scrolled to by itself. */
  overflowing(): Promise<readonly string[]>
}

export interface View {
  /** Pixels. */
  readonly width: number
  readonly colorScheme?: 'light' | 'dark'
}

/** A headless browser from npm, for what only a real one can tell. Works as root, and without a network. */
export class TestBrowser implements AsyncDisposable {
  private readonly browser: Browser

  private constructor(browser: Browser) {
    this.browser = browser
  }

  static async launch(): Promise<TestBrowser> {
    const { executable, libraries, fontConfig } = await unpackBrowser()
    const { PATH = '', HOME = '' } = process.env
    const browser = await chromium.launch({
      executablePath: executable,
      // Root has no sandbox of its own, and the only pages are ours.
      args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
      env: { PATH, HOME, LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: fontConfig },
    })
    return new TestBrowser(browser)
  }

  /** Opens a file, or a page by its address, and waits until it is loaded. */
  async visit(place: string, { width, colorScheme = 'light' }: View): Promise<Visit> {
    const url = URL.canParse(place) ? place : pathToFileURL(place).href
    // A context of its own, in which more tabs can be opened: a page that makes its context refuses them.
    const context = await this.browser.newContext({
      viewport: { width, height: 800 },
      colorScheme,
      locale: 'en-GB',
      timezoneId: 'UTC',
    })
    const page = await context.newPage()
    const errors: string[] = []
    const requests: string[] = []
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('requestfailed', (request) => {
      // What the page itself broke off, for nobody wants it any more, is no error.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') errors.push(`failed: ${request.url()}`)
    })
    page.on('request', (request) => request.url() !== url && requests.push(request.url()))
    await page.goto(url)
    return {
      page,
      errors,
      requests,
      visible: (selector) => page.evaluate(`(${visibleCount})(${JSON.stringify(selector)})`) as Promise<number>,
      overflowing: () => page.evaluate(`(${overflowing})()`) as Promise<string[]>,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close()
  }
}

// As text, for the types of this project know no document.
const visibleCount = `(selector) => [...document.querySelectorAll(selector)].filter((element) => {
  const { width, height } = element.getBoundingClientRect()
  return width > 0 && height > 0
}).length`

const overflowing = `() => {
  const scrolls = (element) => element !== null &&
    (['auto', 'scroll'].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement))
  const out = [...document.body.querySelectorAll('*')].filter((element) => {
    const { left, right } = element.getBoundingClientRect()
    return (right > innerWidth + 1 || left < -1) && !scrolls(element.parentElement)
  })
  const named = out.map((element) => element.tagName.toLowerCase() + ' "' + element.textContent.slice(0, 40) + '"')
  return document.documentElement.scrollWidth > innerWidth ? ['the page', ...named] : named
}`
