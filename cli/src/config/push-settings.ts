import { pushBounds } from '@parley/push/options'
import { type Defaulted, defaulted, hosts, integer, secretKey, text, toggle, url } from './setting.ts'

const bounded = (option: keyof typeof pushBounds, about: string): Defaulted<number> => {
  const [standard, minimum, maximum] = pushBounds[option]
  return defaulted(standard, integer(minimum, maximum, { about }))
}

/** Which devices are woken, and how. */
export const pushSettings = {
  'push.vapidKey': secretKey(
    'Key of P-256 by which Web Push services know who sends (VAPID); without it no browser is woken.',
  ),
  'push.contact': text({
    flag: 'contact',
    about: 'Whom a Web Push service may ask: mailto:NAME@HOST or an https URL. Needed beside `push.vapidKey`.',
  }),
  'push.webPushHosts': defaulted(
    ['fcm.googleapis.com', 'updates.push.services.mozilla.com', '*.push.apple.com', '*.notify.windows.com'],
    hosts({ about: 'Hosts of Web Push services that are sent to, separated by commas; *. stands for all below.' }),
  ),
  'push.webhooks': defaulted(
    false,
    toggle({ flag: 'webhooks', about: 'Wake bots by a request to a URL that they name and confirm.' }),
  ),
  'push.apnsKeyFile': text({ about: 'File of a key of Apple’s developer account, .p8; without it APNs wakes nobody.' }),
  'push.apnsKeyId': text({ about: 'Id of that key.' }),
  'push.apnsTeamId': text({ about: 'Id of the developer account’s team.' }),
  'push.apnsTopic': text({ about: 'Bundle id of the application that APNs wakes.' }),
  'push.apnsUrl': defaulted('https://api.push.apple.com', url({ about: 'Where APNs is.' })),
  'push.fcmAccountFile': text({
    about: 'JSON file of a service account of Firebase; without it FCM wakes nobody.',
  }),
  'push.fcmUrl': defaulted('https://fcm.googleapis.com', url({ about: 'Where FCM is.' })),
  'push.keepSeconds': defaulted(
    86_400,
    integer(0, 2_419_200, { about: 'Seconds for which push services keep a wake-up for a device that is away.' }),
  ),
  'push.allowPrivate': defaulted(
    false,
    toggle({ about: 'Send to addresses that are not public, and over http: for tests, never in the open.' }),
  ),
  'push.everyMs': bounded('everyMs', 'Milliseconds between two wake-ups of one registration at least.'),
  'push.maxRegistrations': bounded('maxRegistrations', 'Registrations at most.'),
  'push.maxRegistrationsPerAddress': bounded(
    'maxRegistrationsPerAddress',
    'Of those, by the address that registered them.',
  ),
  'push.maxExpiryMs': bounded('maxExpiryMs', 'Milliseconds for which a registration is taken at most.'),
  'push.sendAtOnce': bounded('sendAtOnce', 'Wake-ups under way at once.'),
  'push.sendTimeoutMs': bounded('sendTimeoutMs', 'Milliseconds that one wake-up may take.'),
  'push.maxRefusals': bounded('maxRefusals', 'Refusals in a row after which a registration ends.'),
} as const
