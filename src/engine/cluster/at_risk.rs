use crate::engine::partition::Partition;
use crate::model::Code;
use crate::snapshot::PartitionAtRisk;
use std::sync::Arc;

/// Partitions that lack something, by what they lack.
#[derive(Default)]
pub struct AtRisk {
    offline: Vec<PartitionAtRisk>,
    under_min_isr: Vec<PartitionAtRisk>,
    under_replicated: Vec<PartitionAtRisk>,
}

impl AtRisk {
    pub fn note(&mut self, topic: &Arc<str>, partition: &Partition, is_below: bool) {
        let (list, lacks) = match partition.leader {
            None => (&mut self.offline, Code::Offline),
            Some(_) if is_below => (&mut self.under_min_isr, Code::UnderMinIsr),
            Some(_) if partition.under_replicated() => (&mut self.under_replicated, Code::UnderReplicated),
            Some(_) => return,
        };
        if list.len() < PartitionAtRisk::MOST {
            list.push(PartitionAtRisk {
                topic: topic.clone(),
                partition: partition.number,
                lacks,
                leader: partition.leader,
                replicas: partition.replicas.clone(),
                isr: partition.isr.clone(),
            });
        }
    }

    /// The list of before where it is the same: pictures share it.
    pub fn worst_first(self, before: &Arc<Vec<PartitionAtRisk>>) -> Arc<Vec<PartitionAtRisk>> {
        let mut worst = [self.offline, self.under_min_isr, self.under_replicated].concat();
        worst.truncate(PartitionAtRisk::MOST);
        if worst == **before { before.clone() } else { Arc::new(worst) }
    }
}
