import { fileURLToPath } from 'node:url'
import { buildPage } from '@parley/messenger'
import { type PageServer, servePage } from '@parley/pages'
import { TestBrowser, type View, type Visit } from './browser.ts'

/** Where the reference pictures are. */
export const picturesFolder = fileURLToPath(new URL('../../../messenger/pictures/', import.meta.url))

/** What has a reference picture: what people see most, and what each view is drawn by. */
export const pictured = ['setup', 'request', 'list', 'talk', 'unsent', 'members'] as const

export const pictureViews = [
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
] as const satisfies readonly View[]

/** When all pictures are taken, so that times on them are the same: the moment that the gallery's events lead up to. */
const takenAt = Date.UTC(2026, 10, 30, 18, 40)

/** The page's views over a messenger that plays what it is given, in a browser. */
export class Screens implements AsyncDisposable {
  private readonly server: PageServer
  private readonly browser: TestBrowser

  private constructor(server: PageServer, browser: TestBrowser) {
    this.server = server
    this.browser = browser
  }

  static async open(): Promise<Screens> {
    const files = await buildPage(fileURLToPath(new URL('../../../messenger/test/gallery', import.meta.url)))
    return new Screens(await servePage(files), await TestBrowser.launch())
  }

  async view(view: View): Promise<Screen> {
    const visit = await this.browser.visit(`${this.server.url}/`, view)
    await visit.page.clock.setFixedTime(takenAt)
    return new Screen(visit, this.server.url)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser[Symbol.asyncDispose]()
    await this.server.close()
  }
}

/** A window of one width and scheme. */
export class Screen {
  readonly visit: Visit
  private readonly url: string

  constructor(visit: Visit, url: string) {
    this.visit = visit
    this.url = url
  }

  /** Names of all scenes. */
  scenes(): Promise<readonly string[]> {
    return this.visit.page.evaluate('scenes') as Promise<string[]>
  }

  async show(scene: string): Promise<void> {
    const { page } = this.visit
    await page.goto(`${this.url}/?${scene}#${scene}`)
    await page.locator(`html[data-shows="${scene}"]`).waitFor()
  }
}
