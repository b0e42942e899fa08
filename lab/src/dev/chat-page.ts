import { buildPage, placesOf, renderPage } from '@parley/messenger'
import { type PageServer, servePage } from '@parley/pages'
import type { MessagingConfiguration } from '../stack/messaging-file.ts'

/** Serves the page in which people talk through a stack. */
export async function serveChatPage(configuration: MessagingConfiguration): Promise<PageServer> {
  return servePage(renderPage(await buildPage(), placesOf(configuration)))
}
