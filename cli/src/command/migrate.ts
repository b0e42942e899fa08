import type { CommandDefinition } from './command.ts'

export const migrateCommand: CommandDefinition = {
  name: 'migrate',
  about: 'Bring users and conversations of another network over, phase by phase, and print what remains for each user.',
  args: [
    { name: '<dump>', about: 'File of JSON lines: docs/spec/migration.md.' },
    { name: '[account]', about: 'SHARD/INDEX of an account of PARLEY_L2_KEY that pays for conversations.' },
  ],
  keys: [
    'run.dataDir',
    'run.json',
    'migrate.phases',
    'l2.url',
    'l2.rollup',
    'l2.directory',
    'sequencer.url',
    'member.allowance',
    'member.priceLimit',
  ],
  examples: ['parley migrate dump.jsonl 7/0 --do contacts,conversations,anchors --data migration --dev DIR'],
  async run(context, args) {
    const { migrate } = await import('../migrate/run-migrate.ts')
    return migrate(context, args)
  },
}
