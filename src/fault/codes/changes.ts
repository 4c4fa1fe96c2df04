import type { FaultKind } from "../kind.ts";

const blame = "world";

/** What may stop a change of a cluster between its plan and its end. The fault says what was and was not changed. */
export const changeFaults = {
  declined: {
    title: "the change was declined",
    why: "the question was answered with no; nothing was changed",
    fix: "run the command again when it is wanted",
    blame: "declined",
  },
  interrupted: {
    title: "the command was stopped as asked",
    why: "the step that was running was finished first",
    fix: "go on with the command that the message names",
    blame: "interrupted",
  },
  "journal.corrupt": {
    title: "a line of the journal is damaged",
    why: "going on without it could undo the wrong things",
    fix: "restore the file from a copy, or take the copy that is kept in the cluster",
    blame,
  },
  "journal.diverged": {
    title: "the journal on disk and the one in the cluster differ",
    why: "two histories of one cluster cannot both be true",
    fix: "move the one on disk away to go on with the one in the cluster",
    blame,
  },
  "journal.full": {
    title: "there is no room for the journal",
    why: "nothing is changed that is not written down first",
    fix: "make room on the disk, then run the command again",
    blame,
  },
  "journal.held": {
    title: "the journal is in use by another run",
    why: "two runs at once could act against each other",
    fix: "wait for that run to end, or stop it",
    blame,
  },
  "journal.moved": {
    title: "the journal grew since it was read",
    why: "another run wrote to it",
    fix: "look with `dovetail status`, then run the command again",
    blame,
  },
  "journal.unreadable": {
    title: "the journal cannot be read",
    why: "without it nobody knows what was done and what undoes it",
    fix: "make the file readable for this user",
    blame,
  },
  "journal.unwritable": {
    title: "the journal cannot be written",
    why: "nothing is changed that is not written down first",
    fix: "pass --state with a folder that can be written",
    blame,
  },
  "migrate.autoscaler-missing": {
    title: "Cluster Autoscaler did not come back",
    why: "somebody must be in charge of the nodes",
    fix: "look at its deployment with `kubectl describe`",
    blame,
  },
  "migrate.autoscaler-stays": {
    title: "Cluster Autoscaler does not go",
    why: "two autoscalers must never be in charge",
    fix: "look for what scales it up again (a GitOps controller, an operator) and stop that first",
    blame,
  },
  "migrate.blocked": {
    title: "pods could not be evicted in time",
    why: "a PodDisruptionBudget or a pod that does not end holds them",
    fix: "remove what blocks them and run `dovetail resume`, or `dovetail rollback`",
    blame,
  },
  "migrate.capacity": {
    title: "the node group's nodes did not come back",
    why: "pods need somewhere to go back to",
    fix: "look at the group's scaling activities (capacity, subnets, quotas), then run `dovetail rollback` again",
    blame,
  },
  "migrate.drift": {
    title: "the cluster is no longer as the plan knew it",
    why: "what the plan recorded cannot be restored or found",
    fix: "run `dovetail migrate` again for a plan of the cluster as it is, or `dovetail resume` after putting it back",
    blame,
  },
  "migrate.gate": {
    title: "a gate between two stages stayed shut",
    why: "the cluster is not as well as it was before the migration",
    fix: "remove what the gate names and run `dovetail resume`, or `dovetail rollback`",
    blame,
  },
  "migrate.guard": {
    title: "something that the migration relies on was changed meanwhile",
    why: "going on would break a promise that the plan makes",
    fix: "put back what the message names, then run `dovetail resume`, or `dovetail rollback`",
    blame,
  },
  "migrate.guarded": {
    title: "a pod that may not be moved stands in the way",
    why: "it came after the plan was made; a bare or protected pod is never moved without consent",
    fix: "move or delete it yourself, or roll back and run `dovetail migrate` again with the flag",
    blame,
  },
  "migrate.hand-over": {
    title: "the hand-over failed, and Cluster Autoscaler is in charge again",
    why: "Karpenter could not take over",
    fix: "mend what the message names, then run `dovetail resume`",
    blame,
  },
  "migrate.karpenter-unready": {
    title: "Karpenter's controller is not ready",
    why: "Cluster Autoscaler stays until something can take over",
    fix: "look at it with `dovetail install`",
    blame,
  },
  "migrate.no-account": {
    title: "the AWS account could not be read",
    why: "the sizes of node groups must be recorded before they are changed",
    fix: "check the credentials with `aws sts get-caller-identity`",
    blame,
  },
  "migrate.no-room": {
    title: "Karpenter did not bring up replacement capacity",
    why: "no pod is evicted before there is room for it",
    fix: "see `kubectl describe pods -n kube-system -l dovetail/placeholder`, then `dovetail resume` or `dovetail rollback`",
    blame,
  },
  "migrate.nobody-in-charge": {
    title: "the hand-over failed and Cluster Autoscaler is not back",
    why: "nobody adds nodes now",
    fix: "scale its deployment up by hand now, then run `dovetail rollback`",
    blame,
  },
  "migrate.nodegroup-update": {
    title: "EKS could not update a node group",
    why: "its sizes are not as the plan needs them",
    fix: "look at the node group's health in the EKS console, then run `dovetail resume`",
    blame,
  },
  "migrate.nodes-stay": {
    title: "nodes did not leave",
    why: "a step counts only when its end is seen",
    fix: "look at the instance in the EC2 console and at the node with `kubectl describe node`",
    blame,
  },
  "migrate.pools-unready": {
    title: "Karpenter does not accept its NodePools",
    why: "a pool that is not Ready launches nothing",
    fix: "see the conditions with `kubectl describe nodepool`",
    blame,
  },
  "migrate.returns": {
    title: "a workload comes back to a node that is being drained",
    why: "each eviction restarts its pods, and they would be evicted for ever",
    fix: "take its toleration of node.kubernetes.io/unschedulable, or move it yourself, then run the command again",
    blame,
  },
  "migrate.two-budgets": {
    title: "a pod has several PodDisruptionBudgets",
    why: "the Eviction API refuses such a pod for ever, so no wait will help",
    fix: "leave one PodDisruptionBudget for the pod, then run `dovetail resume`",
    blame,
  },
  "migrate.uncordoned": {
    title: "a node that is being drained was uncordoned",
    why: "what is evicted would come back to it and be evicted again",
    fix: "stop who uncordons it, then run the command again, which cordons it",
    blame,
  },
  "migrate.unread": {
    title: "something that the plan depends on could not be read",
    why: "a plan that does not know it would move what must stay",
    fix: "grant the right to list it and run `dovetail migrate` again",
    blame,
  },
  "step.blocked": {
    title: "a step cannot begin as things stand",
    why: "what it needs first is not so",
    fix: "do what the message says, then run the command again",
    blame,
  },
  "step.refused": {
    title: "the plan holds a step that may not be done",
    why: "the plan itself says why",
    fix: "make a new plan by running the command again",
    blame,
  },
  "step.unobserved": {
    title: "a step was done, but the world does not show it",
    why: "a step counts only when its end is seen",
    fix: "run the command again: it looks first and then goes on",
    blame,
  },
} as const satisfies Readonly<Record<string, FaultKind>>;
