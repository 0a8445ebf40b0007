# One image for every app: the command says which. docker-compose.yml shows them together.
FROM node:20-bookworm-slim AS build
WORKDIR /entente
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build.mjs && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /entente
COPY --from=build /entente/package.json ./
COPY --from=build /entente/node_modules ./node_modules
COPY --from=build /entente/dist ./dist
USER node
STOPSIGNAL SIGTERM
# Rows of a result live for one batch. V8 would come to allocate their arrays among the old objects, which keep alive, until a full
# collection, all that they name.
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=128", "--no-allocation-site-pretenuring"]
CMD ["dist/apps/allinone/main.js"]
