import { signerBounds } from '@parley/signer/options'
import { type Defaulted, defaulted, hex, integer, secretKey, text } from './setting.ts'

const bounded = (option: keyof typeof signerBounds, about: string): Defaulted<number> => {
  const [standard, minimum, maximum] = signerBounds[option]
  return defaulted(standard, integer(minimum, maximum, { about }))
}

/** What a signer of headers signs, and how it and the sequencer reach each other. */
export const signerSettings = {
  'signer.key': secretKey('Key that signs headers.'),
  'signer.socket': text({
    flag: 'socket',
    about: 'Path of the socket at which headers are taken; without it they are taken at the port, by mutual TLS.',
  }),
  'signer.tlsKey': text({ about: 'PEM file of the key by which signer and sequencer each show who they are.' }),
  'signer.tlsCert': text({ about: 'PEM file of the certificate of that key.' }),
  'signer.tlsCa': text({ about: 'PEM file of the authority that certified the other one.' }),
  'signer.lineage': hex({
    about: 'The only lineage in which anything is signed; all that the L2 reports when left out.',
  }),
  'signer.perSecond': bounded('perSecond', 'Headers a second in the long run.'),
  'signer.burst': bounded('burst', 'Headers at once after a pause.'),
  'signer.watermark': text({
    flag: 'watermark',
    about:
      'LINEAGE:N, more separated by commas: in this lineage nothing is signed up to N, which is at least every number that any replica, node, relay or claim has of it.',
  }),
} as const
