import type { CommandDefinition } from './command.ts'

/** Deploys the contracts and prints where they stand. */
export const deployCommand: CommandDefinition = {
  name: 'deploy',
  about: 'Deploy contracts on an L2, phase by phase; PARLEY_L2_KEY pays. Prints where they stand.',
  abouts: { 'run.json': 'Print the plan on one line.' },
  keys: [
    'l2.url',
    'deploy.preset',
    'deploy.plan',
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
    'run.json',
  ],
  examples: [
    'PARLEY_L2_KEY=file:deployer.key parley deploy --plan --l2 https://YOUR-L2-RPC --preset op-sepolia --phases contacts,inbox',
    'PARLEY_L2_KEY=file:deployer.key parley deploy --l2 https://YOUR-L2-RPC --preset production --phases contacts,inbox --deployment deployment.json',
  ],
  async run(context) {
    const { runDeploy } = await import('../deploy/run-deploy.ts')
    return runDeploy(context)
  },
}
