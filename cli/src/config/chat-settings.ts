import { defaulted, secretKey, url, urls } from './setting.ts'

/** What serves a terminal client of conversations, and who it is. */
export const chatSettings = {
  'chat.key': secretKey('Key of the wallet that chats; one is made in the data directory when left out.'),
  'chat.relay': url({ flag: 'relay', about: 'Where entries of conversations are read; the sequencer when left out.' }),
  'chat.gateways': defaulted(
    [],
    urls({
      flag: 'gateways',
      about:
        'Gateways that pay for what the wallet signs, in the order in which they are asked, separated by commas; without one the wallet pays.',
    }),
  ),
  'chat.stores': defaulted(
    [],
    urls({
      flag: 'content-stores',
      about: 'Stores of contents, in the order in which they are asked, separated by commas.',
    }),
  ),
} as const
