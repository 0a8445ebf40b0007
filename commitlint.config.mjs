/** An imperative subject in sentence case, then a body: what was so before, what is so now, and why. */
export default {
  rules: {
    'subject-empty': [0],
    'header-max-length': [2, 'always', 100],
    'header-full-stop': [2, 'never', '.'],
    'header-case': [2, 'always', 'sentence-case'],
    'body-leading-blank': [2, 'always'],
    'body-empty': [1, 'never'],
  },
};
