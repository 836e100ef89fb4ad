// Neither package ships types.
declare module 'eslint-plugin-security' {
  import type { ESLint } from 'eslint';

  const plugin: ESLint.Plugin;
  export default plugin;
}

declare module 'eslint-plugin-no-unsanitized/lib/rules/*.js' {
  import type { Rule } from 'eslint';

  const rule: Rule.RuleModule;
  export default rule;
}
