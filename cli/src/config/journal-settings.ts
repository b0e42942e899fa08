import { choice, defaulted, integer, places, secretToken, text, toggle, urls } from './setting.ts'

/** Where a sequencer keeps what it has answered for. */
export const journalSettings = {
  'journal.kind': defaulted(
    'local',
    choice(['local', 'jetstream'], {
      flag: 'journal',
      about:
        'Where accepted operations are made durable: on this disk, or on the servers of NATS JetStream, too, so that another sequencer can go on.',
    }),
  ),
  'journal.servers': defaulted(
    [],
    places({
      flag: 'journal-servers',
      about: 'Every NATS server of the shared journal as host:port, separated by commas.',
    }),
  ),
  'journal.token': secretToken('Token that the NATS servers ask of whoever connects; none when left out.'),
  'journal.replica': text({
    flag: 'replica',
    about: 'Name of this sequencer among those that share the journal: 1 to 64 characters a to z, 0 to 9 and -.',
  }),
  'journal.stream': defaulted(
    'parley',
    text({ about: 'Name of the shared journal on its servers: 1 to 32 characters a to z, 0 to 9 and -.' }),
  ),
  'journal.copies': defaulted(3, integer(1, 5, { about: 'Servers that keep each record of the shared journal.' })),
  'journal.monitors': defaulted(
    [],
    urls({
      about: 'The monitor of every NATS server, separated by commas: asked at the start whether it syncs every record.',
    }),
  ),
  'journal.allowUnsynced': defaulted(
    false,
    toggle({
      flag: 'allow-unsynced',
      about:
        'Use servers that were not shown to sync every record: when all lose power at once, what was accepted last is lost.',
    }),
  ),
  'journal.takeoverAfterMs': defaulted(
    5_000,
    integer(100, 600_000, {
      about: 'Milliseconds of the leader’s silence after which this sequencer takes over; longer on each further one.',
    }),
  ),
} as const
