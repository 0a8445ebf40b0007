export { dress, type Dressing } from './dress';
export { escapeHtml } from './html-scan';
export { MessageLinks, safeLink, tokenPaths, type LinkOwner } from './links';
export { messageIdOf, type Mail, type Mailbox } from './mail';
export {
  checkTemplate,
  compileTemplate,
  render,
  type Compiled,
  type Rendered,
  type TemplateSource,
} from './template';
export * from './tokens';
