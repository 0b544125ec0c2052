import { Command } from "commander";
import { askCommand } from "./actor_ask.ts";
import { getCommand } from "./actor_get.ts";
import { lsCommand } from "./actor_ls.ts";
import { sendCommand } from "./actor_send.ts";
import { stopCommand } from "./actor_stop.ts";
import { watchCommand } from "./actor_watch.ts";

/** `hub actor …`: speaks to the actors of a running hub. */
export function actorCommand(): Command {
  const command = new Command("actor").description("speak to the actors of a running hub");
  for (
    const sub of [
      sendCommand(),
      askCommand(),
      getCommand(),
      watchCommand(),
      lsCommand(),
      stopCommand(),
    ]
  ) command.addCommand(sub);
  return command;
}
