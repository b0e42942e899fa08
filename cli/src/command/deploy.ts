import type { CommandDefinition } from './command.ts'

/** Deploys the contracts and prints where they stand. */
export const deployCommand: CommandDefinition = {
  name: 'deploy',
  about: 'Deploy contracts on an L2, phase by phase; PARLEY_L2_KEY pays. Prints where they stand.',
  keys: [
    'l2.url',
    'deploy.preset',
    'deploy.phases',
    'deploy.governance',
    'deploy.voteHolder',
    'deploy.sequencer',
    'deploy.bondOwner',
    'deploy.fillBond',
    'deploy.claimer',
    'deploy.operator',
    'deploy.treasury',
    'deploy.genesisTimestampMs',
    'deploy.out',
  ],
  examples: [
    'PARLEY_L2_KEY=file:deployer.key parley deploy --l2 https://YOUR-L2-RPC --preset production --phases contacts,inbox --deployment deployment.json',
  ],
  async run(context) {
    const { runDeploy } = await import('../deploy/run-deploy.ts')
    return runDeploy(context)
  },
}
