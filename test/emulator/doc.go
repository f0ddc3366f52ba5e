// Package emulator deploys what the app synthesizes to an emulator of AWS: with the CDK CLI that package.json pins, with the commands of
// backupctl bootstrap and with the scripts of the workflow that backupctl github-workflow writes.
//
// emulator.py is the emulator: moto, with what it lacks. Its documentation says what that is. It needs Python 3.11 with requirements.txt,
// which has the AWS CLI too, and bash with jq. make emulator installs requirements.txt into a virtual environment, and names its Python in
// EMULATOR_PYTHON; without that the tests take the python3 of PATH.
//
// # What this does not show
//
//   - IAM: the emulator allows everything. The policies of the roles that deploy are rows of testdata/decisions.yaml.
//   - The types of which moto has no model, such as alarms and bucket policies. They are accepted as they are; the tests list them.
//   - Backups and copies: no job runs. internal/backupfake has those.
//   - What AWS refuses and the emulator takes. cfn-lint reads the same templates.
package emulator
