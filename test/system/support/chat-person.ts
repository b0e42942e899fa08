import type { Locator, Page } from 'playwright-core'
import type { TestBrowser, View, Visit } from './browser.ts'

/** Presses of Tab after which a control is taken to be out of a keyboard's reach. */
const mostTabs = 40

// The types of this project know no document.
const hasFocus = (element: { readonly ownerDocument: { readonly activeElement: unknown } }): boolean =>
  element.ownerDocument.activeElement === element

/** Somebody in front of the page in which people talk, in a browser profile of their own. */
export class ChatPerson {
  private readonly visit: Visit

  private constructor(visit: Visit) {
    this.visit = visit
  }

  static async open(browser: TestBrowser, url: string, view: View = { width: 1280 }): Promise<ChatPerson> {
    return new ChatPerson(await browser.visit(url, view))
  }

  get page(): Page {
    return this.visit.page
  }

  /** What went wrong in the page itself: a content that is not there yet is a request that a server refused, and none of its doing. */
  get errors(): readonly string[] {
    return this.visit.errors.filter((error) => !/^failed: |Failed to load resource/.test(error))
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  /** What is said in the conversation that is shown, as screen readers find it. */
  get log(): Locator {
    return this.page.getByRole('log')
  }

  get field(): Locator {
    return this.page.getByRole('textbox', { name: 'Message' })
  }

  /** Goes to a control by Tab alone. */
  async reach(control: Locator): Promise<void> {
    await control.waitFor()
    for (let tabs = 0; tabs < mostTabs; tabs += 1) {
      if (await control.evaluate(hasFocus)) return
      await this.page.keyboard.press('Tab')
    }
    throw new Error(`not reached by ${mostTabs} presses of Tab: ${control}`)
  }

  /** Goes to a control by Tab, and presses a key there. */
  async press(control: Locator, key = 'Enter'): Promise<void> {
    await this.reach(control)
    await this.page.keyboard.press(key)
  }

  /** Makes an account and registers it. @returns its address. */
  async register(): Promise<string> {
    await this.press(this.button('Create an account'))
    await this.press(this.button('Register this device'))
    await this.press(this.button('Account and devices'))
    const address = await this.seen(this.page.getByRole('region', { name: 'Address' }).locator('.address'))
    await this.page.keyboard.press('Escape')
    return address
  }

  /** What stands there, once it is shown: a dialog that is not open yet would let Escape pass. */
  async seen(text: Locator): Promise<string> {
    await text.waitFor()
    return (await text.textContent()) ?? ''
  }

  /** Adds this browser to an account by its recovery key. */
  async registerAs(recoveryKey: string): Promise<void> {
    await this.page.getByText('I have an account on another device').click()
    await this.page.getByLabel('Recovery key').fill(recoveryKey)
    await this.button('Add this device').click()
    await this.button('Register this device').click()
    await this.button('Account and devices').waitFor()
  }

  async begin(addresses: readonly string[], title: string, words: string): Promise<void> {
    await this.press(this.button('New conversation'))
    const fields = [
      ['Who?', addresses.join('\n')],
      ['What about?', title],
      ['First words', words],
    ] as const
    for (const [label, text] of fields) {
      await this.reach(this.page.getByLabel(label))
      await this.page.keyboard.insertText(text)
    }
    await this.press(this.button('Invite'))
    await this.page.getByRole('heading', { name: title }).waitFor()
  }

  /** Accepts the one request that there is. */
  async accept(): Promise<void> {
    await this.press(this.button('Accept'))
    await this.field.waitFor()
  }

  async say(text: string): Promise<void> {
    await this.reach(this.field)
    await this.page.keyboard.insertText(text)
    await this.page.keyboard.press('Enter')
  }

  async hears(text: string): Promise<void> {
    await this.log.getByText(text, { exact: true }).waitFor({ timeout: 360_000 })
  }

  /** Texts in the order in which they stand. */
  said(): Promise<string[]> {
    return this.log.locator('.words').allTextContents()
  }

  async open(title: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('button').filter({ hasText: title }).click()
    await this.page.getByRole('heading', { name: title }).waitFor()
  }
}
