import { Button, Card, Flex, Statistic } from "antd";

import type { SyncRun, SyncTally } from "../../api/schema";
import type { ChangeFilter } from "./Changes";
import { CHANGES, OBJECTS, OUTCOMES, wordOf } from "./words";

/** How many changes of each sort there are; one that is chosen narrows down what is listed below. */
export function Tally({ run, narrow }: { run: SyncRun; narrow: (filter: ChangeFilter) => void }) {
  const tally = run.tally ?? [];
  const objects = Object.keys(OBJECTS).filter((object) => tally.some((one) => one.object === object));
  if (objects.length === 0) return null;
  return (
    <Flex gap={16} wrap>
      {objects.map((object) => (
        <Card key={object} size="small" title={OBJECTS[object as keyof typeof OBJECTS]} style={{ flex: "1 1 260px" }}>
          <Flex gap="8px 24px" wrap>
            {tally
              .filter((one) => one.object === object)
              .map((one) => (
                <Count key={`${one.kind} ${one.outcome}`} of={one} narrow={narrow} />
              ))}
          </Flex>
        </Card>
      ))}
    </Flex>
  );
}

function Count({ of, narrow }: { of: SyncTally; narrow: (filter: ChangeFilter) => void }) {
  const { object, kind, outcome, count } = of;
  const change = wordOf(CHANGES, kind);
  const isPlain = outcome === "planned" || outcome === "done";
  const title = isPlain ? change : `${change} · ${wordOf(OUTCOMES, outcome)}`;
  return (
    <Button
      type="text"
      style={{ height: "auto", padding: 4, textAlign: "start" }}
      onClick={() => narrow({ object, change: kind, came_of_it: outcome, search: undefined })}
    >
      <Statistic title={title} value={count} styles={{ content: { fontSize: 20 } }} />
    </Button>
  );
}
