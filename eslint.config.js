import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['node_modules/', 'out/', '.lodge/', 'test/bench/peers/', '*.cjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  ...vue.configs['flat/recommended'],
  {
    languageOptions: {
      globals: { ...globals.node },
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.web.json', './tsconfig.console.json'],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
        parser: tseslint.parser,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
  {
    // A cast that asks for nothing hides what does not fit: parse at the edge instead.
    files: ['src-*/**', 'resources/**'],
    ignores: ['src-shared/failures/{named,texts,administration-texts,visitor-texts}.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Literal[value=/^L-\\d{3}$/]',
          message: 'a failure is called by its name (src-shared/failures/named.ts)',
        },
        { selector: 'TSAsExpression > TSNeverKeyword', message: 'no `as never`: parse it, or type it' },
        {
          selector: 'TSAsExpression > TSArrayType > TSNeverKeyword',
          message: 'no `as never[]`: parse it, or type it',
        },
        {
          selector: 'TSAsExpression > TSAsExpression > TSUnknownKeyword',
          message: 'no `as unknown as`: parse it, or say beside it why the type cannot be said',
        },
      ],
    },
  },
  {
    files: ['src-renderer/**', 'src-hub/console/**', 'src-main/demo/bench/**'],
    languageOptions: { globals: { ...globals.browser } },
  },
  { files: ['**/cli/**', '**/cli.ts', 'test/**', 'src-main/demo/**'], rules: { 'no-console': 'off' } },
  {
    // The engine, the hub and the contracts know no shell (docs/architecture.md#rules-of-the-house, rule 1).
    files: ['src-*/**', 'test/**'],
    ignores: ['src-main/electron/**', 'test/electron/**', 'test/electron-standin/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'electron', message: 'only src-main/electron imports electron' }] },
      ],
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  prettier,
  {
    // Text in strings and SQL in templates is as long as it is; the formatter wraps the rest.
    rules: {
      'max-len': [
        'error',
        {
          code: 120,
          comments: 120,
          ignoreStrings: true,
          ignoreTemplateLiterals: true,
          ignoreRegExpLiterals: true,
          ignoreUrls: true,
        },
      ],
    },
  },
  {
    files: ['src-*/**', 'resources/**'],
    // One function is older than this rule.
    ignores: ['src-hub/hub.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 100 }] },
  },
)
