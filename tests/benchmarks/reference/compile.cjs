// Translates the TypeScript of an integration to JavaScript, without a check of types, so that the
// benchmark measures no compiler: `node compile.cjs CHECKOUT DIRECTORY`. Steps that $LEFT_OUT names
// are disabled.
const fs = require('node:fs');
const path = require('node:path');

const [checkout, directory] = process.argv.slice(2).map((each) => path.resolve(each));
const typescript = require(require.resolve('typescript', { paths: [checkout] }));
const compilerOptions = { target: 'es2020', module: 'commonjs', esModuleInterop: true };

for (const each of fs.readdirSync(path.join(checkout, 'src'), { recursive: true })) {
  if (!each.endsWith('.ts') || each.includes('.test.') || each.includes('__tests__')) continue;
  const source = fs.readFileSync(path.join(checkout, 'src', each), 'utf8');
  const target = path.join(directory, 'src', each.replace(/ts$/, 'js'));
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, typescript.transpileModule(source, { compilerOptions }).outputText);
}
fs.copyFileSync(path.join(checkout, 'package.json'), path.join(directory, 'package.json'));
fs.rmSync(path.join(directory, 'node_modules'), { force: true });
fs.symlinkSync(path.join(checkout, 'node_modules'), path.join(directory, 'node_modules'));
fs.appendFileSync(
  path.join(directory, 'src/index.js'),
  `const leftOut = (process.env.LEFT_OUT ?? '').split(' ').filter(Boolean);
const startStates = exports.invocationConfig.getStepStartStates;
exports.invocationConfig.getStepStartStates = async (context) => {
  const states = await startStates(context);
  for (const each of leftOut) states[each] = { disabled: true };
  return states;
};
`,
);
