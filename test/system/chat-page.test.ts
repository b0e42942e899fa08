import { messagingConfiguration } from '@parley/lab'
import { buildPage, placesOf, renderPage } from '@parley/messenger'
import { type PageServer, servePage } from '@parley/pages'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestBrowser } from './support/browser.ts'
import { ChatPerson } from './support/chat-person.ts'
import { MessagingServers } from './support/messaging-stack.ts'

/** A red pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)

let servers: MessagingServers
let page: PageServer
let browser: TestBrowser
let stores: readonly string[]
let alice: ChatPerson
let bob: ChatPerson
let bobsAddress: string

beforeAll(async () => {
  servers = await MessagingServers.start()
  const { places, deployment } = servers.stack
  const configuration = messagingConfiguration(places, places.messaging!, deployment.chainId)
  stores = configuration.contents
  page = await servePage(renderPage(await buildPage(), placesOf(configuration)))
  browser = await TestBrowser.launch()
}, 360_000)
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await page?.close()
  await servers?.stop()
})

describe('the page in which people talk, on a whole stack', () => {
  test('with the keyboard alone › two register, invite, consent and write', async () => {
    alice = await ChatPerson.open(browser, page.url)
    bob = await ChatPerson.open(browser, page.url, { width: 360, colorScheme: 'dark' })
    const [, address] = await Promise.all([alice.register(), bob.register()])
    bobsAddress = address
    await alice.begin([bobsAddress], 'Lunch', 'Noon at Luigi’s?')
    await alice.page.getByText(/You can write as soon as .* accepts/).waitFor()
    await bob.page.getByText('Noon at Luigi’s?').waitFor()
    await bob.accept()
    await bob.say('Gladly.')
    await alice.hears('Gladly.')
    await alice.say('Great!')
    await bob.hears('Great!')
  })

  test('a message › says how far it is settled, and what that means', async () => {
    const level = alice.page.getByTitle('What this means')
    await expect.poll(() => level.textContent(), { timeout: 360_000 }).toContain('Final')
    await alice.press(level)
    await alice.page.getByText('nobody can change or drop it any more', { exact: false }).waitFor()
    await alice.page.keyboard.press('Escape')
  })

  test('a safety number › is the same on both sides, and is remembered', async () => {
    const numberOf = async (person: ChatPerson): Promise<string> => {
      await person.press(person.button('Members and record'))
      await person.page.getByText('Safety number: not compared').click()
      return person.seen(person.page.locator('.number'))
    }
    expect(await numberOf(alice)).toMatch(/^(\d{5} ){7}\d{5}$/)
    expect(await numberOf(bob)).toBe(await alice.page.locator('.number').textContent())
    await bob.page.keyboard.press('Escape')
    await alice.button('It is the same').click()
    await alice.page.getByText('Safety number: compared').waitFor()
    await alice.page.keyboard.press('Escape')
  })

  test('who was offline › is told so, and misses nothing once back', async () => {
    await bob.page.context().setOffline(true)
    await bob.page.getByText('You are offline.', { exact: false }).waitFor()
    for (const words of ['One', 'Two', 'Three']) await alice.say(words)
    await bob.say('From the tunnel')
    await bob.log.getByText('Waiting').waitFor()
    expect(await bob.said()).toEqual(['Gladly.', 'Great!', 'From the tunnel'])
    await bob.page.context().setOffline(false)
    await bob.hears('Three')
    await alice.hears('From the tunnel')
    expect(await bob.said()).toEqual(['Gladly.', 'Great!', 'One', 'Two', 'Three', 'From the tunnel'])
    expect(await alice.said()).toEqual(await bob.said())
  })

  test('a file › arrives, and a store that withholds it is named', async () => {
    await alice.page
      .getByLabel('File to send')
      .setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer: picture })
    await bob.log.getByRole('button', { name: 'red.png' }).click()
    await bob.log.getByRole('img', { name: 'red.png' }).waitFor()
    // The first store took the file, and denies it from now on; the other one has it.
    await alice.page.route(`${stores[0]}/**`, (route) =>
      route.request().method() === 'GET' ? route.fulfill({ status: 404 }) : route.fallback(),
    )
    await alice.log.getByRole('button', { name: 'red.png' }).click()
    await alice.log.getByRole('img', { name: 'red.png' }).waitFor()
    const notice = alice.page.getByRole('region', { name: 'Servers that withhold' })
    await notice.getByText('promised to keep something', { exact: false }).waitFor()
    expect(await notice.textContent()).toContain(new URL(stores[0] as string).host)
    await notice.getByRole('button', { name: 'Ask it last from now on' }).click()
    await notice.getByText('It is asked last from now on.').waitFor()
    await notice.getByRole('button', { name: 'Dismiss' }).click()
    await notice.waitFor({ state: 'detached' })
    await alice.page.unroute(`${stores[0]}/**`)
  })

  test('a second device › is let in by its code, and reads what was said before', async () => {
    await alice.button('Account and devices').click()
    await alice.button('Show the recovery key').click()
    const key = await alice.seen(alice.page.getByRole('region', { name: 'Recovery key' }).locator('.address'))
    const second = await ChatPerson.open(browser, page.url, { width: 360 })
    await second.registerAs(key)
    await second.button('Account and devices').click()
    const code = await second.seen(second.page.locator('strong.code'))
    await second.page.keyboard.press('Escape')
    await alice.page.getByLabel('Code that your other device shows').fill(code)
    await alice.button('Let it in').click()
    await alice.page.getByText('accept it there', { exact: false }).waitFor()
    await alice.page.keyboard.press('Escape')
    await second.button('Accept').click()
    await second.open('Lunch')
    await second.hears('Three')
    expect(await second.said()).toEqual(await alice.said())
    await bob.log.getByText(/another device now/).waitFor()
    await second.log.getByRole('button', { name: 'red.png' }).click()
    await second.log.getByRole('img', { name: 'red.png' }).waitFor()
    await second.field.waitFor({ timeout: 360_000 })
    await second.say('From my telephone')
    await bob.hears('From my telephone')
    expect(second.errors).toEqual([])
    await second.page.context().close()
  })

  test('a group › hears each of its members, and says so while another conversation is open', async () => {
    const charlie = await ChatPerson.open(browser, page.url)
    const address = await charlie.register()
    await alice.begin([bobsAddress, address], 'Trip', 'Where to?')
    await charlie.accept()
    await bob.button('Back to conversations').click()
    await bob.accept()
    await alice.open('Lunch')
    await charlie.say('To the sea')
    await bob.hears('To the sea')
    await alice.page.getByRole('status').getByText('wrote in Trip', { exact: false }).waitFor({ state: 'attached' })
    await alice.open('Trip')
    await alice.hears('To the sea')
    expect(charlie.errors).toEqual([])
  })

  test('a second tab › says that the first one writes, and takes over when it is asked to', async () => {
    const tab = await alice.page.context().newPage()
    await tab.goto(page.url)
    await tab.getByText('Parley is open in another tab', { exact: false }).waitFor()
    await tab.getByRole('button', { name: 'Use it here' }).click()
    await tab.getByRole('navigation').getByRole('button').filter({ hasText: 'Trip' }).click()
    await tab.getByRole('textbox', { name: 'Message' }).fill('From the other tab')
    await tab.keyboard.press('Enter')
    await bob.hears('From the other tab')
    await alice.page.getByText('Parley is open in another tab', { exact: false }).waitFor()
    expect([alice.errors, bob.errors]).toEqual([[], []])
  })
})
